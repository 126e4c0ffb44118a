using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>
/// The JSON of the contract, generated at build time, since the probe is compiled ahead of time. Strict: unknown and repeated fields, absent
/// ones and nulls are errors.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, MaxDepth = 8, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProbeRequest))]
[JsonSerializable(typeof(ProbeResult))]
internal sealed partial class ProbeJson : JsonSerializerContext;
