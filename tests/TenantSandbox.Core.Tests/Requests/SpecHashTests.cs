using System.Text.Json;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>Specs are stored under their hashes, so a request keeps its hash from version to version.</summary>
public sealed class SpecHashTests
{
    [Fact]
    public void Hash_ValidCases_AreThoseOfTheFirstVersion()
    {
        var recorded = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Requests", "spec-hashes.json")))!;
        var found = RequestCase.All
            .Where(x => recorded.ContainsKey(x.Name))
            .ToDictionary(x => x.Name, x => TenantRequestParser.Parse(x.ToUtf8(), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, RequestCase.Rules).Request?.Spec?.Hash);

        Assert.True(recorded.Count > 30);
        Assert.Equal(recorded.OrderBy(x => x.Key, StringComparer.Ordinal), found.OrderBy(x => x.Key, StringComparer.Ordinal)!);
    }
}
