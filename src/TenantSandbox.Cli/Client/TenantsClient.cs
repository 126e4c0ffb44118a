using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Cli.Client;

/// <summary>Calls the app's HTTP API (docs/http-api.md).</summary>
/// <param name="address">Where the app's doors are.</param>
/// <param name="functionKey">Sent as <c>x-functions-key</c>.</param>
internal sealed class TenantsClient(Uri address, string functionKey) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, DefaultRequestHeaders = { { "x-functions-key", functionKey } } };

    public void Dispose() => _http.Dispose();

    /// <returns>Null when there is no such tenant.</returns>
    /// <exception cref="InvalidOperationException">The API answered with a problem.</exception>
    public async Task<TenantDocument?> GetAsync(string tenantId, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(TenantPath(tenantId), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await EnsureSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<TenantDocument>(cancellationToken);
    }

    /// <exception cref="InvalidOperationException">The API answered with a problem.</exception>
    public async Task OnboardAsync(JsonObject request, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync("/api/tenants", request, cancellationToken);
        await EnsureSuccessAsync(response, cancellationToken);
    }

    /// <exception cref="InvalidOperationException">The API answered with a problem.</exception>
    public async Task OffboardAsync(string tenantId, long revision, CancellationToken cancellationToken)
    {
        var query = $"?revision={revision.ToString(CultureInfo.InvariantCulture)}";
        using var response = await _http.DeleteAsync(TenantPath(tenantId) + query, cancellationToken);
        await EnsureSuccessAsync(response, cancellationToken);
    }

    /// <exception cref="InvalidOperationException">The response is not a success; the message has the request, the status and the body.</exception>
    public static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var request = response.RequestMessage!;
            throw new InvalidOperationException(
                $"{request.Method} {request.RequestUri!.AbsolutePath} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static string TenantPath(string tenantId) => $"/api/tenants/{Uri.EscapeDataString(tenantId)}";
}
