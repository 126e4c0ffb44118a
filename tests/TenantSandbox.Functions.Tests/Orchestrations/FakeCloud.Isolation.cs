using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>The activities that verify tenants' isolation and close their connections.</summary>
internal sealed partial class FakeCloud
{
    private readonly HashSet<string> _probes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    /// <summary>The outcome of every verification.</summary>
    public IsolationVerdict Verdict { get; set; } = new(true, 40, 0, 2, [], NodeImage: "AKSAzureLinux-V3katagen2-202611.01.0");

    /// <summary>How a verification begins; without probes unless a test starts some.</summary>
    public ProbeStart Probes { get; set; } = new(true, 0, 0);

    /// <summary>How often probes are seen running before they have ended.</summary>
    public int ProbePolls { get; set; }

    /// <summary>How often pods are moved while their nodes are probed, before a verification is judged.</summary>
    public int PodMoves { get; set; }

    /// <summary>Namespaces with probe pods, as <c>cluster/tenant.incarnation</c>.</summary>
    public IReadOnlyCollection<string> RunningProbes => _probes;

    /// <summary>Namespaces whose connections are closed.</summary>
    public IReadOnlyCollection<string> ClosedNamespaces => _closed;

    /// <summary>The inputs of all verifications that were judged.</summary>
    public List<VerificationInput> Verifications { get; } = [];

    private ProbeStart StartProbes(VerificationInput input)
    {
        Require(input.Tenant);
        if (Probes.Probes > 0)
        {
            _probes.Add(Key(input.Tenant));
        }

        return Probes;
    }

    private ProbeObservation WatchProbes(VerificationInput input) => ProbePolls-- > 0
        ? new(false, "isolation-probe-1 is Pending")
        : new(true, "every probe has ended");

    private IsolationVerdict JudgeIsolation(VerificationInput input)
    {
        Require(input.Tenant);
        if (PodMoves-- > 0)
        {
            return IsolationVerdict.Unsettled;
        }

        Verifications.Add(input);
        return Verdict;
    }

    private object? DeleteProbes(TenantNamespaceRef tenant)
    {
        _probes.Remove(Key(tenant));
        return null;
    }

    private ClosedNetwork CloseNetwork(PlacedTenant tenant)
    {
        Require(tenant);
        _closed.Add(Key(tenant));
        return new(1, [], []);
    }

    private void Require(PlacedTenant tenant)
    {
        if (!_namespaces.ContainsKey(Key(tenant)))
        {
            throw new NotFoundException("NamespaceMissing", $"The namespace {Key(tenant)} does not exist.");
        }
    }
}
