using System.Text.Json.Nodes;

namespace Azure.ResourceManager.ContainerService.Wire;

internal sealed class ContainerServiceArmOperation(LongRunning operation) : ArmOperation
{
    public override string Id => operation.Id;

    public override bool HasCompleted => operation.Completed;

    public override Response GetRawResponse() => operation.Response;

    public override ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) => operation.UpdateAsync(cancellationToken);

    public override Response UpdateStatus(CancellationToken cancellationToken = default) =>
        operation.UpdateAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
}

internal sealed class ContainerServiceArmOperation<T>(LongRunning operation, Func<JsonNode, T> read) : ArmOperation<T>
{
    public override string Id => operation.Id;

    public override bool HasCompleted => operation.Completed;

    public override bool HasValue => operation.Completed && operation.Failure is null;

    public override T Value => HasValue
        ? read(JsonNode.Parse(operation.Response.Content.ToMemory().Span))
        : throw operation.Failure ?? (Exception)new InvalidOperationException("The operation has not completed yet.");

    public override Response GetRawResponse() => operation.Response;

    public override ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) => operation.UpdateAsync(cancellationToken);

    public override Response UpdateStatus(CancellationToken cancellationToken = default) =>
        operation.UpdateAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
}
