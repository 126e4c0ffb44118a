using System.Reflection;
using System.Xml.Linq;

namespace TenantSandbox.StandIns.Tests;

/// <summary>Holds every public member of every durable and worker stand-in against the official signatures.</summary>
public sealed class StandInTests
{
    private static readonly string Folder = typeof(StandInTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "StandIns").Value!;

    // ContainerService is a working client and is held to its wire by tests of its own; the official Sdk is build tools without an API.
    private static readonly string[] HeldElsewhere = ["Azure.ResourceManager.ContainerService", "Microsoft.Azure.Functions.Worker.Sdk"];

    public static TheoryData<string> Assemblies { get; } =
        [.. Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories).Select(AssemblyOf).Except(HeldElsewhere).Order()];

    [Fact]
    public void TheSdk_AsOfficially_HasNoApi() =>
        Assert.Empty(Directory.GetFiles(Path.Combine(Folder, "Microsoft.Azure.Functions.Worker.Sdk"), "*.cs", SearchOption.AllDirectories));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void EveryPublicMember_OfAStandIn_IsListed(string assembly)
    {
        var types = Assembly.Load(assembly).GetExportedTypes();
        var list = SignatureList.Read(assembly);

        Assert.NotEmpty(types);
        Assert.Empty(types.SelectMany(list.NotListed));
    }

    private static string AssemblyOf(string project) =>
        XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);
}
