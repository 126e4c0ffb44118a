using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Callers ask who they are.</summary>
public sealed class KubernetesReviewTests
{
    private const string Path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Review = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""";

    [Fact]
    public async Task SelfSubjectReview_OfACaller_NamesTheUserAndItsGroups()
    {
        await using var api = await KubernetesServer.StartTwinAsync();

        var reply = await api.PostAsync(Path, Review);

        Assert.Equal(201, reply.Status);
        Assert.NotEmpty(reply.Body.GetString("status", "userInfo", "username")!);
        Assert.Contains("system:authenticated", reply.Body.GetNode("status", "userInfo", "groups").GetStrings());
    }
}
