using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Local.Samples;

/// <summary>One file of samples/: an onboarding request as the HTTP door takes it.</summary>
/// <param name="TenantId">The tenant it is about.</param>
/// <param name="Revision">The file's revision.</param>
/// <param name="Body">The whole request.</param>
internal sealed record SampleRequest(string TenantId, long Revision, JsonObject Body)
{
    /// <exception cref="InvalidOperationException">There is no sample, or one is not a request; the message names the file.</exception>
    public static IReadOnlyList<SampleRequest> ReadAll(DirectoryInfo directory)
    {
        var files = directory.Exists ? directory.GetFiles("*.json") : [];
        return files.Length == 0
            ? throw new InvalidOperationException($"{directory.FullName} holds no *.json to post. Name another folder with --samples.")
            : [.. files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(Read)];
    }

    private static SampleRequest Read(FileInfo file)
    {
        try
        {
            var body = JsonNode.Parse(File.ReadAllText(file.FullName))!.AsObject();
            return new SampleRequest(body["tenantId"]!.GetValue<string>(), body["revision"]!.GetValue<long>(), body);
        }
        catch (Exception fault) when (fault is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new InvalidOperationException($"{file.FullName} is not a tenant request with tenantId and revision: {fault.Message}", fault);
        }
    }
}
