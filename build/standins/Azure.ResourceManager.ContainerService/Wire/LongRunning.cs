using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;

namespace Azure.ResourceManager.ContainerService.Wire;

/// <summary>
/// A long-running ARM operation. Polls the Azure-AsyncOperation URL if there is one, else Location, else the resource itself;
/// a PUT ends with a GET of the resource.
/// </summary>
internal sealed class LongRunning
{
    private readonly ArmCaller _caller;
    private readonly RequestMethod _method;
    private readonly Uri _resource;
    private readonly Uri _status;
    private readonly bool _byStatus;
    private Uri _location;

    public LongRunning(ArmCaller caller, Request request, Response response)
    {
        _caller = caller;
        _method = request.Method;
        _resource = request.Uri.ToUri();
        Response = response;
        _location = Header(response, "Location");
        _byStatus = Header(response, "Azure-AsyncOperation") is not null;
        _status = Header(response, "Azure-AsyncOperation") ?? _location ?? (_method == RequestMethod.Put ? _resource : null);
        if (!_byStatus && (_status is null || (_method == RequestMethod.Put && _location is null && StateOf(response) is null or "Succeeded")))
        {
            Completed = true;
        }
    }

    public string Id => (_status ?? _resource).AbsolutePath;

    public bool Completed { get; private set; }

    public RequestFailedException Failure { get; private set; }

    public Response Response { get; private set; }

    public async ValueTask<Response> UpdateAsync(CancellationToken cancellationToken)
    {
        if (Completed)
        {
            return Failure is null ? Response : throw Failure;
        }

        var response = await _caller.GetNextAsync(_status, cancellationToken);
        if (response.Status >= 400)
        {
            throw new RequestFailedException(response);
        }

        Response = response;
        _location = Header(response, "Location") ?? _location;

        var state = StateOf(response);
        if (response.Status == 202 || (state is not null && !IsTerminal(state)))
        {
            return response;
        }

        if (state is "Failed" or "Canceled")
        {
            Completed = true;
            Failure = Fault(response, state);
            throw Failure;
        }

        if (_byStatus && _method == RequestMethod.Put)
        {
            Response = await FinalAsync(_resource, cancellationToken);
        }

        Completed = true;
        return Response;
    }

    private async Task<Response> FinalAsync(Uri uri, CancellationToken cancellationToken)
    {
        var final = await _caller.GetNextAsync(uri, cancellationToken);
        return final.Status < 400 ? final : throw new RequestFailedException(final);
    }

    private static bool IsTerminal(string state) => state is "Succeeded" or "Failed" or "Canceled";

    private static RequestFailedException Fault(Response response, string state)
    {
        var error = Parse(response)?["error"];
        var code = error?["code"]?.GetValue<string>() ?? state;
        var message = error?["message"]?.GetValue<string>() ?? $"The operation ended as {state}.";
        return new RequestFailedException(response.Status, $"{message} (operation {state}, code {code})", code, null);
    }

    private static string StateOf(Response response)
    {
        var body = Parse(response);
        return (body?["status"] as JsonValue)?.GetValue<string>()
            ?? body?["properties"]?["provisioningState"]?.GetValue<string>();
    }

    private static JsonNode Parse(Response response)
    {
        try
        {
            return response.ContentStream is null || response.Content.ToMemory().IsEmpty
                ? null
                : JsonNode.Parse(response.Content.ToMemory().Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Uri Header(Response response, string name) =>
        response.Headers.TryGetValue(name, out var value) && Uri.TryCreate(value, UriKind.RelativeOrAbsolute, out var uri) ? uri : null;
}
