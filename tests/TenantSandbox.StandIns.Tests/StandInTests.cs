using System.Reflection;
using System.Xml.Linq;

namespace TenantSandbox.StandIns.Tests;

/// <summary>Holds every public member of every durable and worker stand-in against the official signatures.</summary>
public sealed class StandInTests
{
    private static readonly string Folder = typeof(StandInTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "StandIns").Value!;

    public static TheoryData<string> Assemblies { get; } =
        [.. Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories).Select(AssemblyOf).Where(name => name is not "Azure.ResourceManager.ContainerService").Order()];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void EveryPublicMember_OfAStandIn_IsListed(string assembly)
    {
        var types = Assembly.Load(assembly).GetExportedTypes();
        if (assembly is "Microsoft.Azure.Functions.Worker.Sdk")
        {
            Assert.Empty(types); // The official one is build tools only.
            return;
        }

        var list = SignatureList.Read(assembly);

        Assert.NotEmpty(types);
        Assert.Empty(types.SelectMany(list.NotListed));
    }

    private static string AssemblyOf(string project) =>
        XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);
}
