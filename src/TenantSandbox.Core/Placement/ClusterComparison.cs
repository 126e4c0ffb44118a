using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Compares the ledger with ARM's list of pools, page by page. It closes what can't be used and reopens what can, remembers pools
/// that the ledger doesn't have, and continues the ledger's sequence above all generations found. Pure.
/// </summary>
public static class ClusterComparison
{
    private const int MaxDetailLength = 300;

    /// <summary>
    /// Applies one page. Pools that the page lacks are only reported: the list may be older than the ledger, so that the caller reads
    /// each of them again before it reports it as missing.
    /// </summary>
    public static LedgerChange<ClusterFindings> Observe(LedgerState state, ClusterObservation observation)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(observation);
        var (page, now) = (observation.Page, observation.ReadAt);
        var findings = new List<PoolFinding>();
        foreach (var pool in state.Pools.Where(p => page.Covers(p.Name)).ToArray())
        {
            var found = page.Pools.FirstOrDefault(f => f.Name == pool.Name);
            var (after, differences) = Compare(state, pool, found, now);
            state = state.With(after);
            findings.AddRange(differences);
        }

        FoundPool[] owned = [.. page.Pools.Where(f => f.IsOwned)];
        UnknownPool[] unknown = [.. owned.Where(f => state.Find(f.Name) is null).Select(f => Remember(state, f, now))];
        findings.AddRange(unknown.Select(u => new PoolFinding(PoolFindingKind.Unknown, u.Name, Cut(u.Marks.Describe()), u.FirstSeenAt)));
        state = state with
        {
            Sequence = owned.Select(f => f.Marks!.GenerationNumber ?? 0).Append(state.Sequence).Max(),
            Unknown = [.. state.Unknown.Where(u => !page.Covers(u.Name)).Concat(unknown).OrderBy(u => u.Name, StringComparer.Ordinal)],
            OtherNames =
            [
                .. state.OtherNames.Where(n => !page.Covers(n))
                    .Concat(page.Pools.Where(f => !f.IsOwned).Select(f => f.Name))
                    .Order(StringComparer.Ordinal),
            ],
            ObservedAt = page.Through is null ? now : state.ObservedAt,
        };
        return new(
            state,
            new([.. findings.Take(ClusterFindings.MaxFindings)], Math.Max(0, findings.Count - ClusterFindings.MaxFindings)),
            []);
    }

    /// <summary>Drops a pool that is missing, or closes one that can't be used. Idempotent; a pool that is being created or deleted is left to its orchestration.</summary>
    public static LedgerChange<bool> Report(LedgerState state, PoolHealthReport report)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(report);
        if (state.Find(report.PoolName) is not { } pool || pool.OperationId(state.ClusterId) is not null)
        {
            return new(state, false, []);
        }

        if (report.IsMissing)
        {
            return new(state.Without(pool), true, []);
        }

        return pool.Phase == PoolPhase.Ready
            ? new(state.With(Close(pool, report.Error, report.ReportedAt)), true, [])
            : new(state, false, []);
    }

    private static (PoolRecord After, IEnumerable<PoolFinding> Findings) Compare(LedgerState state, PoolRecord pool, FoundPool? found, DateTimeOffset now)
    {
        if (pool.OperationId(state.ClusterId) is not null)
        {
            return (pool, []);
        }

        var isOurs = found?.Is(state.RefOf(pool)) == true;
        if (pool.Phase == PoolPhase.Stuck)
        {
            return (pool, [isOurs ? Finding(PoolFindingKind.Stuck, pool, pool.Error?.Message ?? "its deletion failed") : Missing(pool, found)]);
        }

        if (found is null)
        {
            return (pool, [Missing(pool, found)]);
        }

        var (kind, code, detail) = Unusable(found, isOurs);
        if (kind is { } unusable)
        {
            var error = TenantError.Create(found.Error?.ErrorClass ?? ErrorClass.Conflict, found.Error?.Code ?? code, $"Agent pool '{pool.Name}': {detail}");
            return (Close(pool, error, now), [Finding(unusable, pool, detail)]);
        }

        var adopted = pool with { ResourceId = pool.ResourceId ?? found.ResourceId };
        return adopted.Phase == PoolPhase.Unusable
            ? (adopted.In(PoolPhase.Ready, now) with { Error = null }, [Finding(PoolFindingKind.Recovered, pool, $"{found.State} again")])
            : (adopted, Notes(state, pool, found));
    }

    private static (PoolFindingKind? Kind, string Code, string Detail) Unusable(FoundPool found, bool isOurs) => found.State switch
    {
        _ when !isOurs => (PoolFindingKind.LookAlike, "PoolTagsDiffer", $"the pool of this name is {found.Marks?.Describe() ?? "not made by this system"}: {found.ResourceId}"),
        "Failed" or "Canceled" => (PoolFindingKind.Failed, "PoolFailed", $"{found.State}: {found.Error?.Message ?? "no error is given"}"),
        "Deleting" => (PoolFindingKind.BeingDeleted, "PoolBeingDeleted", "someone else deletes it"),
        _ => (null, "", ""),
    };

    private static IEnumerable<PoolFinding> Notes(LedgerState state, PoolRecord pool, FoundPool found)
    {
        var template = state.TemplateOf(pool);
        if (found.Origin == PoolMatch.SameWithoutInstallation)
        {
            yield return Finding(PoolFindingKind.Untagged, pool, "it has no installation tag");
        }

        if ((found.MinCount, found.MaxCount) != (template.MinCount, template.MaxCount))
        {
            yield return Finding(
                PoolFindingKind.Resized, pool, $"the autoscaler has {found.MinCount} to {found.MaxCount} nodes, planned are {template.MinCount} to {template.MaxCount}");
        }
    }

    private static PoolRecord Close(PoolRecord pool, TenantError error, DateTimeOffset now) =>
        pool.Phase == PoolPhase.Unusable ? pool with { Error = error } : pool.In(PoolPhase.Unusable, now) with { Error = error };

    private static PoolFinding Missing(PoolRecord pool, FoundPool? found) =>
        Finding(PoolFindingKind.Missing, pool, found is null ? "ARM doesn't list it" : $"the pool of this name is {found.Marks?.Describe() ?? "not made by this system"}");

    private static PoolFinding Finding(PoolFindingKind kind, PoolRecord pool, string detail) => new(kind, pool.Name, Cut(detail), pool.Since);

    private static UnknownPool Remember(LedgerState state, FoundPool found, DateTimeOffset now)
    {
        var before = state.Unknown.FirstOrDefault(u => u.Name == found.Name && u.Marks == found.Marks && u.ResourceId == found.ResourceId);
        return new(found.Name, found.Marks!, found.ResourceId, before?.FirstSeenAt ?? now, now);
    }

    private static string Cut(string text) => text.Length <= MaxDetailLength ? text : $"{text[..(MaxDetailLength - 1)]}…";
}
