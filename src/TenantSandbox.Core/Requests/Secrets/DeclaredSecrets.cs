namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>The Secrets that the workloads of a request may use: those of its own <c>secretRefs</c>.</summary>
internal sealed class DeclaredSecrets(IReadOnlyList<SecretRef> references)
{
    /// <summary>The rule that refuses the use of other Secrets.</summary>
    public const string Rule = "declaredSecrets";

    /// <summary>For workloads that use none.</summary>
    public static DeclaredSecrets None { get; } = new([]);

    /// <summary>Checks the use of a whole Secret.</summary>
    public SecretRef? Check(string name, string pointer, ValidationFaultList faults)
    {
        if (references.FirstOrDefault(r => r.Name == name) is { } reference)
        {
            return reference;
        }

        faults.Add(pointer, ValidationFaultCodes.Unknown, "No secretRef of the request has this name. Declare the Secret under \"secretRefs\".", Rule);
        return null;
    }

    /// <summary>Checks the use of a key of a Secret that is declared.</summary>
    public static void CheckKey(SecretRef reference, string key, string pointer, ValidationFaultList faults)
    {
        if (!reference.Items.ContainsKey(key))
        {
            faults.Add(pointer, ValidationFaultCodes.Unknown, "The secretRef has no item with this key.", Rule);
        }
    }

    /// <summary>Checks the use of a Secret to pull images.</summary>
    public void CheckPullSecret(string name, string pointer, ValidationFaultList faults)
    {
        if (Check(name, pointer, faults) is { } reference && reference.Type != SecretRef.PullSecret)
        {
            faults.Add(pointer, ValidationFaultCodes.Forbidden, $"The secretRef must be of type \"{SecretRef.PullSecret}\".", Rule);
        }
    }
}
