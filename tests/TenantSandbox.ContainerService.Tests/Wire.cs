using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.ContainerService.Tests;

/// <summary>Records a client's requests and answers them from a script, in order.</summary>
internal sealed class Wire : HttpMessageHandler
{
    public const string ClusterId = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
    public const string PoolId = ClusterId + "/agentPools/kata1";

    private readonly Queue<HttpResponseMessage> _answers = new();

    public List<(string Call, string? Body, Dictionary<string, string> Headers)> Requests { get; } = [];

    public ArmClient Client => new(new FixedToken(), "11111111-2222-3333-4444-555555555555", new ArmClientOptions
    {
        Environment = new ArmEnvironment(new Uri("https://arm.invalid"), "https://arm.invalid"),
        Transport = new HttpClientTransport(this),
        Retry = { MaxRetries = 0 },
    });

    public ContainerServiceManagedClusterResource Cluster => Client.GetContainerServiceManagedClusterResource(new(ClusterId));

    public ContainerServiceAgentPoolResource Pool => Client.GetContainerServiceAgentPoolResource(new(PoolId));

    public static string PoolJson(string state = "Succeeded", string more = "") =>
        $$$"""{"id":"{{{PoolId}}}","name":"kata1","type":"Microsoft.ContainerService/managedClusters/agentPools","properties":{"provisioningState":"{{{state}}}","count":2,"eTag":"tag-1"{{{more}}} } }""";

    public Wire Answer(int status, string? body = null, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (body is not null)
        {
            response.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        _answers.Enqueue(response);
        return this;
    }

    public JsonNode Sent(int index) => JsonNode.Parse(Requests[index].Body!)!;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add(($"{request.Method} {request.RequestUri!.PathAndQuery}", body, request.Headers.ToDictionary(h => h.Key, h => string.Join(",", h.Value))));
        return _answers.Dequeue();
    }

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("secret", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
