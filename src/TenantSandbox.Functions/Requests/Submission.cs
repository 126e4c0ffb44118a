using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Requests;

/// <summary>Reads the orchestration that hands a request in.</summary>
internal static class Submission
{
    public static bool Is(OrchestrationMetadata instance) => instance.Name == nameof(SubmitRequestOrchestration);

    /// <summary>What was handed in; null when the input wasn't read.</summary>
    public static TenantRequest? RequestOf(OrchestrationMetadata instance) =>
        instance.SerializedInput is null ? null : instance.ReadInputAs<SubmitInput>()?.Request;

    /// <summary>What the tenant answered; null while it hasn't, or when handing in failed.</summary>
    public static SubmitAnswer? AnswerOf(OrchestrationMetadata instance) =>
        instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedOutput: not null } ? instance.ReadOutputAs<SubmitAnswer>() : null;
}
