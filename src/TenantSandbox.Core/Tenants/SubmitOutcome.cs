using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>What became of a request. Only <see cref="Accepted"/> starts anything.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SubmitOutcome>))]
public enum SubmitOutcome
{
    /// <summary>It is being carried out, or waits for the running operation to end.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>The same was asked for before; the answer shows how that stands.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Its revision is lower than one accepted before.</summary>
    [JsonStringEnumMemberName("stale")] Stale,

    /// <summary>It contradicts what was accepted before: same revision with other content, or not possible in this phase.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>It can't be carried out by this version.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>The tenant is offboarded, and the request is about a life of it that is over.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>There never was such a tenant.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}
