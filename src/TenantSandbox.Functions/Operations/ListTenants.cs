using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Lists tenants page by page, including offboarded ones; <c>phase</c> filters.</summary>
internal sealed class ListTenants
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 200;
    private const int MaxTokenLength = 2048;

    [Function(nameof(ListTenants))]
    public static Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, client, cancellationToken));

    private static async Task<IResult> AnswerAsync(HttpRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var pageSize = DefaultPageSize;
        if (query.TryGetValue("pageSize", out var size)
            && !(int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out pageSize) && pageSize is >= 1 and <= MaxPageSize))
        {
            return Problem.BadParameter(request, "pageSize", $"must be an integer from 1 to {MaxPageSize}.");
        }

        TenantPhase? phase = null;
        if (query.TryGetValue("phase", out var name) && (phase = ReadPhase(name)) is null)
        {
            return Problem.BadParameter(request, "phase", $"must be one of {string.Join(", ", Enum.GetValues<TenantPhase>().Select(WireName))}.");
        }

        string? token = null;
        if (query.TryGetValue("continuationToken", out var encoded) && (token = Decode(encoded.ToString())) is null)
        {
            return BadToken(request);
        }

        try
        {
            var (tenants, next) = await TenantStates.ReadPageAsync(client, pageSize, token, cancellationToken);
            return ApiResults.Ok(request, new TenantPage(
                [.. tenants.Where(x => phase is null || x.Phase == phase).Select(x => TenantSummary.Of(x, request))],
                next is not null ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(next)) : null));
        }
        catch (Exception e) when (token is not null && (e is ArgumentException or FormatException or JsonException || (e is RpcException rpc && BackendFailures.IsRefusal(rpc))))
        {
            // Only the backend can tell whether a token is valid.
            return BadToken(request);
        }
    }

    private static IResult BadToken(HttpRequest request) =>
        Problem.BadParameter(request, "continuationToken", "is not valid. Start without it.");

    private static string? Decode(string encoded)
    {
        if (encoded.Length is 0 or > MaxTokenLength || !Base64Url.IsValid(encoded))
        {
            return null;
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded));
    }

    private static TenantPhase? ReadPhase(string? name)
    {
        foreach (var phase in Enum.GetValues<TenantPhase>())
        {
            if (string.Equals(WireName(phase), name, StringComparison.Ordinal))
            {
                return phase;
            }
        }

        return null;
    }

    private static string WireName(TenantPhase phase) => JsonSerializer.SerializeToElement(phase).GetString()!;
}
