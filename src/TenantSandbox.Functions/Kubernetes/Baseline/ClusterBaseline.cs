using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>
/// Applies what a cluster must have before tenants are placed there: RuntimeClasses of all size classes, PriorityClasses, the admission policies
/// with their bindings and settings, and where tenants are probed the listener that probes try and a placeholder on each node.
/// </summary>
internal sealed partial class ClusterBaseline(
    ClusterConnections connections, BaselineManifests manifests, BaselineGate gate, IOptions<TenantSandboxOptions> options, ILogger<ClusterBaseline> logger)
{
    // While a first application goes on, which can take several tries.
    private const string Applying = "applying";

    /// <summary>
    /// Compares the whole baseline with the cluster and repairs what differs; writes nothing if nothing does. The settings come first, because
    /// policies refuse what depends on missing settings, and say at the end that the baseline is complete.
    /// </summary>
    /// <exception cref="InvalidException">
    /// <c>AdmissionPoliciesMissing</c>: the cluster serves no admission policies, and the installation requires them. <c>BaselineNotOwned</c>: an
    /// object with a name of the baseline is someone else's. <c>UserUnknown</c>: the cluster doesn't say who the app is.
    /// </exception>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.ApplyClusterBaseline)]
    public Task<BaselineReport> ApplyAsync([ActivityTrigger] BaselineRequest request, CancellationToken cancellationToken) =>
        gate.RunAsync(request.ClusterId, () => CompareAndApplyAsync(request.ClusterId, cancellationToken), cancellationToken);

    /// <summary>Whether the cluster's settings say that this baseline is complete: one read, for every onboarding.</summary>
    public async Task<bool> IsCurrentAsync(string clusterId, CancellationToken cancellationToken) =>
        manifests.IsCurrent(await new BaselineObjects(connections, clusterId, cancellationToken).FindSettingsAsync(manifests.Settings(null).Metadata));

    private async Task<BaselineReport> CompareAndApplyAsync(string clusterId, CancellationToken cancellationToken)
    {
        var objects = new BaselineObjects(connections, clusterId, cancellationToken);
        var policies = await objects.FindPoliciesAsync();
        var hasPolicies = policies is not null;
        if (!hasPolicies && options.Value.Policies.Required)
        {
            throw new InvalidException(
                "AdmissionPoliciesMissing",
                $"cluster {clusterId} doesn't serve ValidatingAdmissionPolicies (admissionregistration.k8s.io/v1, Kubernetes 1.30 or later), which keep "
                + $"pods of tenants in kata guests whoever makes them. Upgrade it, or set {TenantSandboxOptions.Section}__Policies__Required to false");
        }

        var user = hasPolicies ? await UserAsync(objects, clusterId) : null;
        var settings = manifests.Settings(user);
        var ns = await objects.FindNamespaceAsync(settings.Metadata.NamespaceProperty);
        var foundSettings = ns is null ? null : await objects.FindSettingsAsync(settings.Metadata);
        var isLockedOut = IsLockedOut(foundSettings, user);
        var isLoosened = false;
        if (isLockedOut)
        {
            isLoosened = await LoosenAsync(objects, policies!.OfType<V1ValidatingAdmissionPolicyBinding>().FirstOrDefault(b => b.Metadata.Name == SettingsBinding), clusterId);
            policies = await objects.FindPoliciesAsync();
        }

        var found = (policies ?? []).Concat(await objects.ListClassesAsync()).ToDictionary(KeyOf, StringComparer.Ordinal);
        var wanted = manifests.Objects(hasPolicies);
        var isFirst = MarkOf(foundSettings) == Applying
            || (foundSettings is null && !wanted.Any(w => w is not (V1RuntimeClass or V1PriorityClass) && found.ContainsKey(KeyOf(w))));

        var changes = new BaselineChanges(objects, clusterId, options.Value);
        if (isFirst)
        {
            Mark(settings, Applying);
        }

        if (ns is null)
        {
            await changes.EnsureAsync(manifests.Namespace(), ns);
        }

        await EnsureSettingsAsync(changes, settings, foundSettings, isLockedOut, clusterId);
        if (ns is not null)
        {
            await changes.EnsureAsync(manifests.Namespace(), ns);
        }

        foreach (var item in wanted)
        {
            await changes.EnsureAsync(item, found.GetValueOrDefault(KeyOf(item)));
        }

        var system = manifests.SystemObjects();
        foreach (var item in system)
        {
            await changes.EnsureAsync(item, await objects.FindAsync(item));
        }

        if (system.Count == 0)
        {
            await DeleteSystemAsync(objects, manifests.SystemNamespace);
        }

        await CompleteAsync(objects, settings, manifests.Mark(hasPolicies));
        // What the app itself had relaxed is no drift.
        BaselineChange[] changed = [.. changes.All.Where(c => !isLoosened || c.Object != $"{V1ValidatingAdmissionPolicyBinding.KubeKind}/{SettingsBinding}")];
        foreach (var change in isFirst ? [] : changed)
        {
            LogRepaired(change.Object, clusterId, change.Detail);
        }

        if (isFirst && changed.Length > 0)
        {
            LogApplied(clusterId, wanted.Count + system.Count, hasPolicies);
        }

        return new BaselineReport(
            clusterId, hasPolicies, isFirst, wanted.Count + system.Count + 2,
            [.. changed.Take(BaselineReport.MaxChanges)], Math.Max(0, changed.Length - BaselineReport.MaxChanges));
    }

    private async Task<string?> UserAsync(BaselineObjects objects, string clusterId) =>
        await objects.FindUserAsync() ?? (options.Value.Policies.Users.Count > 0
            ? null
            : throw new InvalidException(
                "UserUnknown",
                $"cluster {clusterId} doesn't say which user the app is (SelfSubjectReview, authentication.k8s.io/v1), and the policies would refuse "
                + $"what it does. Set {TenantSandboxOptions.Section}__Policies__Users__0 to the app's user name there"));

    private string SettingsBinding => $"{options.Value.Owner}-settings";

    /// <summary>Whether the settings exist and don't trust the app: it has got another identity, or somebody removed its name.</summary>
    private static bool IsLockedOut(V1ConfigMap? settings, string? user) =>
        settings is not null && user is not null && settings.Data?.Any(d => d.Key.StartsWith("user.", StringComparison.Ordinal) && d.Value == user) != true;

    // Policies can't guard policies and their bindings: who may write them is trusted by the cluster's RBAC. The binding is put right with the others.
    private async Task<bool> LoosenAsync(BaselineObjects objects, V1ValidatingAdmissionPolicyBinding? binding, string clusterId)
    {
        if (binding?.Spec.ValidationActions?.Contains("Deny") != true)
        {
            return false;
        }

        LogLockedOut(clusterId, binding.Metadata.Name);
        await objects.ReplaceAsync(
            new V1ValidatingAdmissionPolicyBinding
            {
                ApiVersion = "admissionregistration.k8s.io/v1",
                Kind = "ValidatingAdmissionPolicyBinding",
                Metadata = new V1ObjectMeta { Name = binding.Metadata.Name },
                Spec = new V1ValidatingAdmissionPolicyBindingSpec
                {
                    PolicyName = binding.Spec.PolicyName,
                    MatchResources = binding.Spec.MatchResources,
                    ParamRef = binding.Spec.ParamRef,
                    ValidationActions = ["Audit"],
                },
            },
            binding);
        return true;
    }

    private static async Task EnsureSettingsAsync(
        BaselineChanges changes, V1ConfigMap settings, V1ConfigMap? found, bool isLockedOut, string clusterId)
    {
        try
        {
            await changes.EnsureAsync(settings, found);
        }
        catch (InvalidException e) when (isLockedOut && e.Code != "BaselineNotOwned")
        {
            throw new ConflictException("SettingsGuarded", $"cluster {clusterId} doesn't trust the app yet, though the binding no longer denies: {e.Message}", e);
        }
    }

    // An installation that no longer probes gives the room back.
    private async Task DeleteSystemAsync(BaselineObjects objects, string name)
    {
        if (await objects.FindNamespaceAsync(name) is { Metadata: { DeletionTimestamp: null } metadata } found
            && metadata.Labels?.TryGetValue(Labels.PoliciesOf, out var owner) == true && owner == options.Value.Owner)
        {
            await objects.DeleteAsync(V1Namespace.KubeKind, found);
        }
    }

    // Read again: whoever changed the settings meanwhile is seen by the next run.
    private static async Task CompleteAsync(BaselineObjects objects, V1ConfigMap settings, string mark)
    {
        var found = await objects.FindSettingsAsync(settings.Metadata);
        if (MarkOf(found) == mark)
        {
            return;
        }

        Mark(settings, mark);
        if (found is null)
        {
            throw new ConflictException("SettingsDeleted", $"ConfigMap {settings.Metadata.Name} was deleted while the baseline was applied; apply it again");
        }

        await objects.ReplaceAsync(settings, found);
    }

    private static void Mark(V1ConfigMap settings, string mark) => settings.Metadata.Annotations = new Dictionary<string, string> { [Labels.Baseline] = mark };

    private static string? MarkOf(V1ConfigMap? settings) =>
        settings?.Metadata.Annotations?.TryGetValue(Labels.Baseline, out var mark) == true ? mark : null;

    private static string KeyOf(IKubernetesObject<V1ObjectMeta> item) => $"{item.GetType().Name}/{item.Metadata.Name}";

    [LoggerMessage(LogLevel.Warning, "The settings of cluster {ClusterId}'s policies don't trust the app; binding {Binding} is relaxed until they do.")]
    private partial void LogLockedOut(string clusterId, string binding);

    [LoggerMessage(LogLevel.Information, "The baseline of cluster {ClusterId} was applied for the first time: {Objects} objects; admission policies: {HasPolicies}.")]
    private partial void LogApplied(string clusterId, int objects, bool hasPolicies);

    [LoggerMessage(LogLevel.Warning, "{Object} of the baseline of cluster {ClusterId} was not as it should be ({Detail}); it was applied again.")]
    private partial void LogRepaired(string @object, string clusterId, string detail);
}
