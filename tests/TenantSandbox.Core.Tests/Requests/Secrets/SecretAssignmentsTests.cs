using CsCheck;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Tests.Requests.Secrets;

public sealed class SecretAssignmentsTests
{
    private static readonly string[] Suffixes = ["vault.azure.net"];

    [Theory]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "", "acme", "https://shared.vault.azure.net/secrets/acme--db", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "", "acme", "https://shared.vault.azure.net/secrets/acme--", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "", "acme", "https://shared.vault.azure.net/secrets/acme-db", false)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "", "acme", "https://shared.vault.azure.net/secrets/acme--db--x", false)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "", "acme--db", "https://shared.vault.azure.net/secrets/acme--db--x", false)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "acme", "acme", "https://shared.vault.azure.net/secrets/acme--db--x", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*", "acme", "blue", "https://shared.vault.azure.net/secrets/blue--db", false)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}-*", "", "acme", "https://shared.vault.azure.net/secrets/acme-db", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}-*", "", "acme", "https://shared.vault.azure.net/secrets/acme-prod-db", false)]
    [InlineData("https://shared.vault.azure.net", "t-{tenantId}", "", "acme", "https://shared.vault.azure.net/secrets/t-acme", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*-db", "", "acme", "https://shared.vault.azure.net/secrets/acme--a-db", true)]
    [InlineData("https://shared.vault.azure.net", "{tenantId}--*-db", "", "acme", "https://shared.vault.azure.net/secrets/acme--db", false)]
    [InlineData("https://kv-{tenantId}.vault.azure.net", "*", "", "acme", "https://kv-acme.vault.azure.net/secrets/a--b--c", true)]
    [InlineData("https://kv-{tenantId}.vault.azure.net", "*", "", "acme", "https://kv-acme2.vault.azure.net/secrets/a", false)]
    [InlineData("https://KV-{tenantId}.vault.azure.net", "Db-*", "", "acme", "https://kv-acme.vault.azure.net/secrets/db-1", true)]
    [InlineData("https://team.vault.azure.net", "*", "team-*", "team-a", "https://team.vault.azure.net/secrets/x", true)]
    [InlineData("https://team.vault.azure.net", "*", "team-*", "acme", "https://team.vault.azure.net/secrets/x", false)]
    public void Allows_Rule_AssignsTheTenantsSecrets(string vault, string names, string tenants, string tenantId, string secret, bool isAllowed)
    {
        var rule = new SecretRule(vault, names, tenants.Length == 0 ? [] : [tenants]);
        Assert.Empty(rule.Faults(Suffixes));
        Assert.True(SecretUri.TryParse(secret, out var uri));
        Assert.Equal(isAllowed, new SecretAssignments([rule], []).Allows(tenantId, uri));
        Assert.False(new SecretAssignments([rule], [uri.Vault.ToUpperInvariant()]).Allows(tenantId, uri));
    }

    [Fact]
    public void Allows_AnyRuleWithTheTenantsId_GivesASecretToOneTenantAtMost()
    {
        var id = Gen.String[Gen.Char["ab-"], 1, 6].Where(t => !t.StartsWith('-') && !t.EndsWith('-'));
        var pattern = Gen.OneOfConst(
            "{tenantId}-*", "{tenantId}--*", "t-{tenantId}-*", "{tenantId}-*-b", "a{tenantId}-*b*", "{tenantId}", "{tenantId}-", "b-{tenantId}--a*");
        Gen.Select(pattern, id, id, Gen.String[Gen.Char["ab-"], 1, 14]).Sample((names, one, other, name) =>
        {
            var assignments = new SecretAssignments([new SecretRule("https://shared.vault.azure.net", names, [])], []);
            var secret = new SecretUri("https://shared.vault.azure.net", name, null);
            Assert.False(one != other && assignments.Allows(one, secret) && assignments.Allows(other, secret), $"{names}: {name} is of {one} and {other}");
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("https://shared.vault.azure.net", "*", "", "Names: '*' gives the same secrets to every tenant")]
    [InlineData("https://shared.vault.azure.net", "{tenantId}*", "", "Names: '{tenantId}*' must be")]
    [InlineData("https://shared.vault.azure.net", "*{tenantId}-a", "", "Names: '*{tenantId}-a' must be")]
    [InlineData("https://shared.vault.azure.net", "{tenantId}-{tenantId}", "", "Names: ")]
    [InlineData("https://shared.vault.azure.net", "a_b", "acme", "Names: ")]
    [InlineData("https://shared.vault.azure.net:443", "{tenantId}-*", "", "Vault: ")]
    [InlineData("https://shared.evil.vault.azure.net", "{tenantId}-*", "", "Vault: ")]
    [InlineData("https://vault.azure.net", "{tenantId}-*", "", "Vault: ")]
    [InlineData("http://shared.vault.azure.net", "{tenantId}-*", "", "Vault: ")]
    [InlineData("https://shared.vault.azure.cn", "{tenantId}-*", "", "Vault: ")]
    [InlineData("https://{tenantId}{tenantId}.vault.azure.net", "a", "", "Vault: ")]
    [InlineData("https://shared.vault.azure.net", "*", "A*", "Tenants: 'A*' must be")]
    [InlineData("https://shared.vault.azure.net", "*", "*", "")]
    public void Faults_Rule_SayWhatIsWrong(string vault, string names, string tenants, string expected)
    {
        var fault = new SecretRule(vault, names, tenants.Length == 0 ? [] : [tenants]).Faults(Suffixes).FirstOrDefault() ?? "";
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, fault.Length == 0);
    }

    [Theory]
    [InlineData("https://kv-{tenantId}.vault.azure.net", "https://kv-own.vault.azure.net", true)]
    [InlineData("https://kv-{tenantId}.vault.azure.net", "https://own.vault.azure.net", false)]
    [InlineData("https://own.vault.azure.net", "https://own.vault.azure.net", true)]
    public void MayNameVault_Rule_FindsTheAppsOwn(string rule, string vault, bool may) =>
        Assert.Equal(may, new SecretRule(rule, "{tenantId}-*", []).MayNameVault(vault));

    [Fact]
    public void Allows_Identity_IsTheTenantsAndNeverTheApps()
    {
        var identity = new WorkloadIdentity("11111111-2222-3333-4444-55555555555a");
        IdentityRule[] rules = [new("11111111-2222-3333-4444-55555555555A", ["acme", "team-*"])];

        Assert.True(new IdentityAssignments(rules, []).Allows("acme", identity));
        Assert.True(new IdentityAssignments(rules, []).Allows("team-a", identity));
        Assert.False(new IdentityAssignments(rules, []).Allows("blue", identity));
        Assert.False(new IdentityAssignments(rules, ["11111111-2222-3333-4444-55555555555A"]).Allows("acme", identity));
        Assert.False(IdentityAssignments.None.Allows("acme", identity));
    }

    [Fact]
    public void Faults_IdentityRule_SayWhatIsWrong()
    {
        Assert.Empty(new IdentityRule("11111111-2222-3333-4444-555555555555", ["acme"]).Faults());
        Assert.StartsWith("Tenants: none", Assert.Single(new IdentityRule("11111111-2222-3333-4444-555555555555", []).Faults()), StringComparison.Ordinal);
        Assert.StartsWith("ClientId: 'x'", Assert.Single(new IdentityRule("x", ["acme"]).Faults()), StringComparison.Ordinal);
    }
}
