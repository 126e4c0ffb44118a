using k8s.Models;
using TenantSandbox.Cli.Convert;

namespace TenantSandbox.Cli.Tests.Convert;

public sealed class ManifestReaderTests : IDisposable
{
    private const string Service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("convert-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Read_SeveralDocuments_ReturnsEachAndSkipsEmptyOnes()
    {
        var manifests = await ReadTextAsync($"# a comment\n---\n{Service}--- # next\n\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n# the end\n");

        Assert.Equal(["Service/web", "Namespace/shop"], manifests.Select(m => m.Id));
        Assert.IsType<V1Service>(manifests[0].Content);
        Assert.Null(manifests[1].Content);
    }

    [Fact]
    public async Task Read_HyphensInsideABlock_AreNoBoundary()
    {
        var manifests = await ReadTextAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata:\n  text: |\n    ---\n    more\n");

        Assert.Equal("---\nmore\n", Assert.IsType<V1ConfigMap>(Assert.Single(manifests).Content).Data["text"]);
    }

    [Fact]
    public async Task Read_Folder_ReadsYamlBelowItInOrder()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "b"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "b", "two.yml"), Service.Replace("web", "two", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "a.yaml"), Service);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "README.md"), "no YAML");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "kustomization.yaml"), "resources: [a.yaml]\n");

        var manifests = await ManifestReader.ReadAsync([_folder.FullName], TextReader.Null, CancellationToken.None);

        Assert.Equal(["Service/web", "Service/two", "Kustomization/"], manifests.Select(m => m.Id));
    }

    [Theory]
    [InlineData("kind: Service\n", "document 1 has no apiVersion or kind")]
    [InlineData("apiVersion: v1\nkind: {{ .Values.kind }}\n", "document 1, line ")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {prots: []}\n", "document 1, line 4: ")]
    [InlineData("apiVersion: v1\nkind: Service\nspec: [\n", "document 1, line ")]
    public async Task Read_WhatIsNoManifest_NamesDocumentAndPlace(string yaml, string expected)
    {
        var exception = await Assert.ThrowsAsync<ManifestException>(() => ReadTextAsync(yaml));

        Assert.StartsWith("standard input, ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_MissingPath_SaysWhatToName()
    {
        var path = Path.Combine(_folder.FullName, "absent");

        var exception = await Assert.ThrowsAsync<ManifestException>(() => ManifestReader.ReadAsync([path], TextReader.Null, CancellationToken.None));

        Assert.Contains($"{path} doesn't exist", exception.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<Manifest>> ReadTextAsync(string yaml) =>
        ManifestReader.ReadAsync([ManifestReader.StandardInput], new StringReader(yaml), CancellationToken.None);
}
