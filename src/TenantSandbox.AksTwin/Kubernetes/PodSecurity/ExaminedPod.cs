namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>A pod or a template, as the checks of Pod Security read it and name its parts.</summary>
internal sealed class ExaminedPod(JsonObject pod)
{
    private readonly List<JsonObject> _containers =
        [.. pod.GetObjects("spec", "initContainers"), .. pod.GetObjects("spec", "containers"), .. pod.GetObjects("spec", "ephemeralContainers")];

    public JsonObject? Spec { get; } = pod.GetObject("spec");

    public IEnumerable<KeyValuePair<string, string>> Annotations => pod.GetStringMap("metadata", "annotations");

    public bool IsWindows => Spec.GetString("os", "name") == "windows";

    public bool HasUserNamespace => Spec.GetBoolean("hostUsers") is false;

    /// <summary>The names of the containers that meet a condition.</summary>
    public List<string> Find(Func<JsonObject, bool> condition) => [.. _containers.Where(condition).Select(c => c.GetString("name") ?? "")];

    /// <summary>Distinct values that containers have, sorted.</summary>
    public List<string> Values(Func<JsonObject, IEnumerable<string>> values) => Sort(_containers.SelectMany(values));

    /// <summary>The distinct values of a field of the security contexts of pod and containers, sorted; a missing field counts as none.</summary>
    public List<string> Settings(params string[] field) => Sort(_containers.Prepend(Spec).Select(part => Setting(part, field)).OfType<string>());

    /// <summary>What sets a field of its security context to a bad value: <c>pod and container "a"</c>; null if nothing does.</summary>
    public string? Setters(Func<JsonObject, bool> isBad)
    {
        var containers = Find(c => IsBad(c));
        List<string> setters = [.. IsBad(Spec) ? (string[])["pod"] : [], .. containers.Count > 0 ? [Name("container", containers)] : (string[])[]];
        return setters.Count == 0 ? null : string.Join(" and ", setters);

        bool IsBad(JsonObject? part) => part.GetObject("securityContext") is { } context && isBad(context);
    }

    /// <summary>The containers that don't set an object of their security context, where the pod doesn't either.</summary>
    public List<string> Lacking(Func<JsonObject?, bool> isSet) =>
        isSet(Spec.GetObject("securityContext")) ? [] : Find(c => !isSet(c.GetObject("securityContext")));

    /// <summary>Parts of a kind with their names, in the singular or the plural: <c>containers "a", "b"</c>.</summary>
    public static string Name(string kind, IReadOnlyCollection<string> names) => $"{Plural(kind, names.Count)} {Quote(names)}";

    public static string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));

    public static string Plural(string word, int count) => count == 1 ? word : $"{word}s";

    private static string? Setting(JsonObject? part, string[] field) => part.GetObject("securityContext").GetString(field);

    private static List<string> Sort(IEnumerable<string> values) => [.. values.Distinct().Order(StringComparer.Ordinal)];
}
