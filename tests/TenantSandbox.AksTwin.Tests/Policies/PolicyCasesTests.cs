using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.Policies;
using TenantSandbox.Benchmarks.PolicyOracle;
using Xunit.Abstractions;

namespace TenantSandbox.AksTwin.Tests.Policies;

/// <summary>
/// The twin evaluates the policies in <c>infra/policies</c> as Kubernetes does: every case by which Kubernetes' own plugin judges them
/// has the same verdict by the same rule.
/// </summary>
public sealed class PolicyCasesTests(ITestOutputHelper output)
{
    private static readonly string Root = typeof(PolicyCasesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The documents of each file, read once.</summary>
    private static readonly ConcurrentDictionary<string, JsonObject[]> Files = new(StringComparer.Ordinal);

    /// <summary>The folders of cases, each with its own settings or those of <c>infra/policies</c>.</summary>
    private static string[] Folders => [.. Directory.GetDirectories(Path.Combine(Root, "tests", "policies")).Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryCase_JudgedByTheTwin_HasKubernetesVerdictAndRule()
    {
        var (all, disagreements, watch) = (0, new List<string>(), Stopwatch.StartNew());
        foreach (var folder in Folders)
        {
            var store = new ObjectStore(new(null), "kube/");
            Install(store, [.. PoliciesFor(folder), .. Read(Path.Combine(Root, "tests", "policies", "namespaces.yaml"))]);
            var policies = new PolicyAdmission(store);
            foreach (var policyCase in CasesOf(folder))
            {
                all++;
                var verdict = Judge(store, policies, policyCase);
                if (policyCase.IsDenied ? verdict?.Contains(policyCase.Message, StringComparison.Ordinal) is not true : verdict is not null)
                {
                    disagreements.Add($"{policyCase.Name}: {verdict ?? "allowed"}");
                }
            }
        }

        output.WriteLine($"{all - disagreements.Count} of {all} cases agree, in {watch.ElapsedMilliseconds} ms");
        Assert.True(all >= 587, $"only {all} cases were found");
        Assert.Empty(disagreements);
    }

    [Fact]
    public void EveryRule_HasACaseThatItDenies()
    {
        var rules = PoliciesFor("").SelectMany(p => p.GetObjects("spec", "validations")).Select(v => v.GetString("message")!.Split(' ')[0]).ToHashSet();
        var denied = Folders.SelectMany(CasesOf).Where(c => c.IsDenied).Select(c => c.Message).ToList();
        Assert.Equal(32, rules.Count);
        Assert.All(rules, rule => Assert.Contains(denied, message => message.StartsWith(rule, StringComparison.Ordinal)));
    }

    private static IEnumerable<JsonObject> PoliciesFor(string folder) =>
        Directory.GetFiles(Path.Combine(Root, "infra", "policies"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => Path.Combine(folder, Path.GetFileName(file)) is var own && Path.GetFileName(file) == "settings.yaml" && File.Exists(own) ? own : file)
            .SelectMany(Read);

    private static JsonObject[] Read(string file) => Files.GetOrAdd(file, static f => [.. YamlObjects.ReadFile(f)]);

    private static IEnumerable<PolicyCase> CasesOf(string folder) =>
        from file in Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
        from document in Read(file)
        from policyCase in document.GetObjects("cases")
        select new PolicyCase(Path.GetFileName(folder), policyCase);

    /// <summary>Stores objects as the API does: decoded strictly, with defaults, validated.</summary>
    private static void Install(ObjectStore store, IEnumerable<JsonObject> objects)
    {
        foreach (var item in objects)
        {
            var kind = Kinds.All.Single(k => k.ApiVersion == item.GetString("apiVersion") && k.Kind == item.GetString("kind"));
            var unknown = new List<string>();
            var json = ObjectDecoder.Decode(kind, item, unknown);
            Assert.Empty(unknown);
            Defaults.Apply(kind, json);
            ObjectValidation.Validate(kind, json, null);
            store.Put(new(kind, kind.IsNamespaced ? json.GetString("metadata", "namespace")! : "", json.GetString("metadata", "name")!), json);
        }
    }

    /// <returns>Why the request is denied; null if it is allowed.</returns>
    private static string? Judge(ObjectStore store, PolicyAdmission policies, PolicyCase policyCase)
    {
        var (ns, known) = (policyCase.Namespace, store.Find(Kinds.Namespaces, "", policyCase.Namespace));
        var isTemporary = ns.Length > 0 && (known is null || policyCase.NamespaceLabels is not null);
        if (isTemporary)
        {
            var labels = policyCase.NamespaceLabels?.Copy() ?? [];
            labels["kubernetes.io/metadata.name"] = ns;
            store.Put(new(Kinds.Namespaces, "", ns), new() { ["metadata"] = new JsonObject { ["name"] = ns, ["labels"] = labels } });
        }

        try
        {
            policies.Validate(policyCase.ToRequest());
            return null;
        }
        catch (StatusException e)
        {
            return e.Message;
        }
        finally
        {
            if (isTemporary)
            {
                store.Remove(store.Find(Kinds.Namespaces, "", ns)!);
            }

            if (isTemporary && known is not null)
            {
                store.Put(known.Key, known.CopyJson());
            }
        }
    }
}
