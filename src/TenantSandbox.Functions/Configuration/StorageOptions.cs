using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Which persistent storage tenants may ask for.</summary>
internal sealed class StorageOptions
{
    /// <summary>The StorageClasses that claims may have; none by default, so that every claim is refused.</summary>
    public IList<StorageClassOptions> Classes { get; } = [];

    /// <summary>All faults, each with the setting's name below the section.</summary>
    public IEnumerable<string> Faults() =>
        Classes.SelectMany((c, i) => c.Faults().Select(f => $"Storage__Classes__{i}__{f}"))
            .Concat(Classes.GroupBy(c => c.Name, StringComparer.Ordinal).Where(g => g.Count() > 1)
                .Select(g => $"Storage__Classes: '{g.Key}' is listed {g.Count()} times."));
}

/// <summary>What is allowed of one StorageClass, which must exist on every cluster.</summary>
internal sealed class StorageClassOptions
{
    private const int MaxGiB = 1024 * 1024;

    public string Name { get; set; } = "";

    /// <summary>The access modes that claims may have; <c>ReadWriteOnce</c> if none is set.</summary>
    public IList<string> AccessModes { get; } = [];

    /// <summary>The largest claim.</summary>
    public int MaxClaimGiB { get; set; }

    /// <summary>The most that one tenant may have, over all its claims of the class.</summary>
    public int MaxTenantGiB { get; set; }

    /// <summary>Lets a claim keep its volume when the tenant is offboarded.</summary>
    public bool AllowRetain { get; set; }

    /// <summary>What these settings allow in requests.</summary>
    public StorageClassRule ToRule() => new(
        Name, AccessModes.Count > 0 ? [.. AccessModes] : [AccessMode.ReadWriteOnce], (int)Math.Min(MaxClaimGiB * 1024L, int.MaxValue), MaxTenantGiB * 1024L, AllowRetain);

    /// <summary>All faults, each with the setting's name.</summary>
    public IEnumerable<string> Faults()
    {
        if (Name.Length is 0 or > 253)
        {
            yield return "Name: must be the name of a StorageClass.";
        }

        foreach (var mode in AccessModes.Except(AccessMode.All))
        {
            yield return $"AccessModes: '{mode}' must be one of {string.Join(", ", AccessMode.All)}.";
        }

        if (MaxClaimGiB is < 1 or > MaxGiB)
        {
            yield return $"MaxClaimGiB: {MaxClaimGiB} must be 1 to {MaxGiB}.";
        }

        if (MaxTenantGiB < MaxClaimGiB || MaxTenantGiB > MaxGiB)
        {
            yield return $"MaxTenantGiB: {MaxTenantGiB} must be MaxClaimGiB ({MaxClaimGiB}) to {MaxGiB}.";
        }
    }
}
