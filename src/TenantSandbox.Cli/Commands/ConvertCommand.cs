using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using TenantSandbox.Cli.Convert;
using TenantSandbox.Cli.Output;

namespace TenantSandbox.Cli.Commands;

/// <summary><c>convert</c>: makes a tenant request of Kubernetes manifests and says what it can't take.</summary>
internal static class ConvertCommand
{
    private const int Complete = 0;
    private const int Incomplete = 1;
    private const int Unreadable = 2;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Files or folders with Kubernetes YAML; - reads standard input, such as what `kustomize build` or `helm template` prints.",
            Arity = ArgumentArity.OneOrMore,
        };
        var tenant = new Option<string>("--tenant") { Description = "The request's tenantId.", DefaultValueFactory = _ => "my-tenant" };
        var revision = new Option<long>("--revision") { Description = "The request's revision.", DefaultValueFactory = _ => 1 };
        var tier = new Option<string>("--tier") { Description = "Shared or own agent pools.", DefaultValueFactory = _ => "pooled" };
        tier.AcceptOnlyFromAmong("pooled", "dedicated");
        var cpu = new Option<string>("--cpu") { Description = "CPU limit of a container that names neither limit nor request.", DefaultValueFactory = _ => "500m" };
        var memory = new Option<string>("--memory") { Description = "Memory limit of a container that names neither limit nor request.", DefaultValueFactory = _ => "512Mi" };
        var storageClass = new Option<string[]>("--storage-class")
        {
            Description = "The installation's StorageClass for claims: NAME for all of them, or FROM=NAME for those of one class; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var secret = new Option<string[]>("--secret")
        {
            Description = "NAME/KEY=URI: the Key Vault secret with the value of a key of a Secret; once for each key.",
            DefaultValueFactory = _ => [],
        };
        var command = new Command("convert", "Make a tenant request of Kubernetes manifests; the report goes to standard error.")
        {
            paths, tenant, revision, tier, cpu, memory, storageClass, secret,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(paths),
            new(
                parsed.GetRequiredValue(tenant),
                parsed.GetValue(revision),
                parsed.GetRequiredValue(tier),
                parsed.GetRequiredValue(cpu),
                parsed.GetRequiredValue(memory))
            {
                StorageClasses = MapOf(parsed.GetValue(storageClass) ?? []),
            },
            parsed.GetRequiredValue(secret),
            Console.In,
            Console.Out,
            Console.Error,
            cancellationToken));
        return command;
    }

    /// <summary>Classes by the name that they replace; the empty name for one that replaces all others.</summary>
    internal static IReadOnlyDictionary<string, string> MapOf(IEnumerable<string> options) => options
        .Select(option => option.Split('=', 2))
        .GroupBy(parts => parts.Length == 2 ? parts[0] : "", StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last()[^1], StringComparer.Ordinal);

    /// <returns>0 if the request says everything that the manifests do, 1 if something is left out, 2 if the manifests can't be read.</returns>
    internal static async Task<int> RunAsync(
        string[] paths,
        ConversionOptions options,
        string[] secrets,
        TextReader input,
        TextWriter output,
        TextWriter report,
        CancellationToken cancellationToken)
    {
        try
        {
            options = options with { Secrets = SecretOption.Parse(secrets) };
            var conversion = RequestConversion.Convert(await ManifestReader.ReadAsync(paths, input, cancellationToken), options);
            ConversionReport.Write(conversion, report);
            await output.WriteLineAsync(conversion.Request.ToJsonString(Indented));
            return conversion.IsComplete ? Complete : Incomplete;
        }
        catch (Exception e) when (e is ManifestException or IOException or UnauthorizedAccessException)
        {
            await report.WriteLineAsync(e.Message);
            return Unreadable;
        }
    }
}
