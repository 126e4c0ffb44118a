namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Tells callers who they are (<c>authentication.k8s.io/v1</c> SelfSubjectReview). Nothing is stored.</summary>
internal static class SelfSubjectReview
{
    private const string Path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    /// <summary>The call's name for counting and injected faults.</summary>
    public const string CallName = "kube.selfsubjectreviews.create";

    public static bool IsAskedFor(HttpRequest request) => request.Method == "POST" && request.Path == Path;

    public static ApiResponse Answer(UserInfo user) => new(201, JsonTemplate.Fill($$"""
        {"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null},
        "status":{"userInfo":{"username":{{user.Name}},"groups":{{user.Groups}}} } }
        """));
}
