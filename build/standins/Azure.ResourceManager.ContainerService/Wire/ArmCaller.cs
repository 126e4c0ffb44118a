using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.ResourceManager.ContainerService.Wire;

/// <summary>Builds requests to Microsoft.ContainerService and sends them through the client's pipeline.</summary>
internal sealed class ArmCaller(HttpPipeline pipeline, DiagnosticsOptions diagnostics, Uri endpoint, string apiVersion)
{
    public const string DefaultApiVersion = "2026-04-01";

    public HttpPipeline Pipeline => pipeline;

    public HttpMessage Create(RequestMethod method, string path, params ReadOnlySpan<(string Name, string Value)> query)
    {
        var message = pipeline.CreateMessage();
        var uri = new RequestUriBuilder();
        uri.Reset(endpoint);
        uri.AppendPath(path, escape: false);
        uri.AppendQuery("api-version", apiVersion, escapeValue: true);
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                uri.AppendQuery(name, value, escapeValue: true);
            }
        }

        message.Request.Method = method;
        message.Request.Uri = uri;
        message.Request.Headers.Add("Accept", "application/json");
        new TelemetryDetails(typeof(ArmCaller).Assembly, diagnostics.ApplicationId).Apply(message);
        return message;
    }

    /// <summary>Sends the request. Throws <see cref="RequestFailedException"/> with the service's error code for a status of 400 or more.</summary>
    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status < 400 ? message.Response : throw new RequestFailedException(message.Response);
    }

    public async Task<(JsonNode Body, Response Response)> ReadAsync(
        HttpMessage message, CancellationToken cancellationToken)
    {
        var response = await SendAsync(message, cancellationToken);
        return (JsonNode.Parse(response.Content.ToMemory().Span), response);
    }

    public async Task<Response> GetNextAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(uri.IsAbsoluteUri ? uri : new Uri(endpoint, uri));
        message.Request.Headers.Add("Accept", "application/json");
        new TelemetryDetails(typeof(ArmCaller).Assembly, diagnostics.ApplicationId).Apply(message);
        await pipeline.SendAsync(message, cancellationToken);
        return message.Response;
    }
}
