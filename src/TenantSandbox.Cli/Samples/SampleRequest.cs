using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Cli.Samples;

/// <summary>One file of samples/: an onboarding request as the HTTP door accepts it.</summary>
/// <param name="TenantId">The tenant to onboard.</param>
/// <param name="Revision">The file's revision.</param>
/// <param name="Body">The whole request.</param>
internal sealed record SampleRequest(string TenantId, long Revision, JsonObject Body)
{
    /// <exception cref="InvalidOperationException">There is no sample, or one is not a request; the message names the file.</exception>
    public static IReadOnlyList<SampleRequest> ReadAll(DirectoryInfo directory)
    {
        var files = directory.Exists ? directory.GetFiles("*.json") : [];
        return files.Length == 0
            ? throw new InvalidOperationException($"{directory.FullName} contains no *.json to post. Name another folder with --samples.")
            : [.. files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(Read)];
    }

    private static SampleRequest Read(FileInfo file)
    {
        try
        {
            var body = JsonNode.Parse(File.ReadAllText(file.FullName))!.AsObject();
            return new SampleRequest(body["tenantId"]!.GetValue<string>(), body["revision"]!.GetValue<long>(), body);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new InvalidOperationException($"{file.FullName} is not a tenant request with tenantId and revision: {e.Message}", e);
        }
    }
}
