using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TenantSandbox.Core.Tenants;

/// <summary>Decides when a tenant's isolation is verified again. Pure.</summary>
public static class VerificationSchedule
{
    /// <summary>A tenant that was never verified, such as all of them after the update that brings verification, gets a part of the interval as its turn.</summary>
    private const double Turn = 0.1;

    /// <summary>Who asks for a verification now: one of <see cref="VerificationActors"/>; null when none is due.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="nodeImage">The node image of its agent pool; null if it isn't known.</param>
    /// <param name="interval">
    /// How often it is verified, at least. A tenant's own share, between half of the interval and all of it, spreads those that became ready together.
    /// </param>
    /// <param name="now">Current time.</param>
    public static string? FindDue(TenantState tenant, string? nodeImage, TimeSpan interval, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (tenant is not { Phase: TenantPhase.Ready, Operation: null, Placement: not null, Applied: not null } || IsPausing(tenant, now))
        {
            return null;
        }

        if (tenant is { VerifiedAt: not null, VerifiedNodeImage: { } verified } && nodeImage is not null && nodeImage != verified)
        {
            return VerificationActors.NodeImage;
        }

        // An update that was undone because of a failed check: what runs again may not be isolated either.
        if (tenant.Conditions.Find(TenantConditions.Isolated) is { Status: ConditionStatus.False })
        {
            return VerificationActors.Timer;
        }

        var share = ShareOf(tenant.TenantId);
        var isDue = tenant.VerifiedAt is { } last
            ? now >= last + (interval * (0.5 + (share / 2)))
            : IsTurn(share, (double)(now.UtcTicks % interval.Ticks) / interval.Ticks);
        return isDue ? VerificationActors.Timer : null;
    }

    // What could not be told a moment ago isn't tried again at once.
    private static bool IsPausing(TenantState tenant, DateTimeOffset now) =>
        tenant is { LastError: not null, LastOperation: { Kind: TenantOperationKind.Verify, EndedAt: { } ended } } && now - ended < TenantObservations.RepairPause;

    private static bool IsTurn(double share, double position) => (position - share + 1) % 1 < Turn;

    /// <summary>0 to below 1, the same for a tenant everywhere and always.</summary>
    private static double ShareOf(string tenantId) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(tenantId))) / ((double)uint.MaxValue + 1);
}
