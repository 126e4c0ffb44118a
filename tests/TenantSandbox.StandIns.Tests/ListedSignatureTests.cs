using System.Reflection;

namespace TenantSandbox.StandIns.Tests;

/// <summary>Holds the lists against whatever this build uses: the stand-ins, or the official packages themselves.</summary>
public sealed class ListedSignatureTests
{
    public static TheoryData<string> Assemblies { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Signatures"), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void EveryListedSignature_OfAnAssembly_IsThere(string assembly)
    {
        var list = SignatureList.Read(assembly);

        Assert.NotEmpty(list.Types);
        Assert.Empty(list.NotFound(Assembly.Load(assembly).GetExportedTypes()));
    }
}
