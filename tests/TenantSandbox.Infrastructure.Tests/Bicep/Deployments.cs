using System.Text.Json.Nodes;

namespace TenantSandbox.Infrastructure.Tests.Bicep;

/// <summary>The compiled templates and what each shape makes; compiled once for all tests.</summary>
public sealed class Deployments : IAsyncLifetime
{
    public const string Collection = "deployments";

    /// <summary>Parameter files, which are examples for users too, by shape.</summary>
    internal static readonly IReadOnlyDictionary<string, string> ParameterFiles = new Dictionary<string, string>
    {
        ["small"] = "infra/small.bicepparam",
        ["production"] = "infra/production.bicepparam",
        ["existingCluster"] = "infra/existing-cluster.bicepparam",
    };

    /// <summary>Templates that users deploy.</summary>
    internal static readonly string[] Entries = ["infra/main.bicep", "infra/cluster-access.bicep"];

    private readonly Dictionary<string, Compilation> _compilations = [];
    private readonly Dictionary<string, IReadOnlyList<AzureResource>> _predictions = [];

    public static TheoryData<string> Shapes => [.. ParameterFiles.Keys];

    /// <summary>The ARM template of main.bicep, as a new copy.</summary>
    internal JsonObject MainTemplate => (JsonObject)JsonNode.Parse(_compilations["infra/main.bicep"].Contents ?? "{}")!;

    internal IReadOnlyDictionary<string, Compilation> Compilations => _compilations;

    /// <summary>The compilation of a file that breaks two rules of the linter, with the repository's configuration.</summary>
    internal Compilation Faulty { get; private set; } = null!;

    /// <summary>The resources of a shape. Tests that change them take a copy.</summary>
    internal IReadOnlyList<AzureResource> Resources(string shape) => _predictions[shape];

    /// <summary>The resources of a shape, as a new copy.</summary>
    internal List<AzureResource> Copy(string shape) => [.. _predictions[shape].Select(r => new AzureResource((JsonObject)r.Body.DeepClone()))];

    public async Task InitializeAsync()
    {
        using var compiler = new BicepCompiler();
        foreach (var entry in Entries)
        {
            _compilations[entry] = await compiler.CompileAsync(RepositoryFiles.Path(entry));
        }

        Faulty = await CompileFaultyFileAsync(compiler);
        if (_compilations.Values.All(c => c.Success))
        {
            foreach (var (shape, file) in ParameterFiles)
            {
                _predictions[shape] = Resources(JsonNode.Parse(await compiler.PredictAsync(RepositoryFiles.Path(file)))!);
            }
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static List<AzureResource> Resources(JsonNode prediction) =>
        [.. prediction["predictedResources"]!.AsArray().Select(r => new AzureResource((JsonObject)r!))];

    private static async Task<Compilation> CompileFaultyFileAsync(BicepCompiler compiler)
    {
        var folder = Directory.CreateTempSubdirectory("bicep-");
        File.Copy(RepositoryFiles.Path("infra/bicepconfig.json"), Path.Combine(folder.FullName, "bicepconfig.json"));
        var file = Path.Combine(folder.FullName, "main.bicep");
        await File.WriteAllTextAsync(
            file, "param unused string\nresource old 'Microsoft.Storage/storageAccounts@2023-01-01' existing = { name: 'abc' }\noutput id string = old.id\n");
        var compilation = await compiler.CompileAsync(file);
        folder.Delete(recursive: true);
        return compilation;
    }
}

[CollectionDefinition(Deployments.Collection)]
public sealed class DeploymentsCollection : ICollectionFixture<Deployments>;
