namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>What happens to a field of a pod template.</summary>
internal enum FieldVerdict
{
    /// <summary>The sender's value is used.</summary>
    Accepted,

    /// <summary>The app, or what the app sets, decides. A value that says the same may be given and is left out.</summary>
    Set,

    /// <summary>Must be absent.</summary>
    Refused,
}

/// <summary>The rule of one field.</summary>
/// <param name="Name">The field's name in the Kubernetes API.</param>
/// <param name="Verdict">What happens to it.</param>
/// <param name="Value">The values that are taken; null for none.</param>
/// <param name="Rule">Name of the rule that refuses other values, for programs and for the documentation; null for the value's form alone.</param>
/// <param name="Reason">A sentence that says why, or what an accepted field is limited to; empty for nothing.</param>
/// <param name="IsRequired">Whether it must be given.</param>
internal sealed record FieldRule(string Name, FieldVerdict Verdict, ValueRule? Value, string? Rule, string Reason, bool IsRequired)
{
    /// <summary>A field whose value is used.</summary>
    public static FieldRule Accept(string name, ValueRule value, string reason = "") => new(name, FieldVerdict.Accepted, value, null, reason, false);

    /// <summary>A field whose value is used and must be given.</summary>
    public static FieldRule Require(string name, ValueRule value, string reason = "") => new(name, FieldVerdict.Accepted, value, null, reason, true);

    /// <summary>A field that the app decides.</summary>
    /// <param name="name">The field.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="same">The values that say the same.</param>
    /// <param name="reason">Why no other value is taken.</param>
    public static FieldRule Set(string name, string rule, ValueRule same, string reason) => new(name, FieldVerdict.Set, same, rule, reason, false);

    /// <summary>A field that must be absent.</summary>
    public static FieldRule Refuse(string name, string rule, string reason) => new(name, FieldVerdict.Refused, null, rule, reason, false);
}
