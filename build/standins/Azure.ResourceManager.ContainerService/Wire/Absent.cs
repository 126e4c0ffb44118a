namespace Azure.ResourceManager.ContainerService.Wire;

/// <summary>The result of GetIfExists for a resource that doesn't exist.</summary>
internal sealed class Absent<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("The resource does not exist: check HasValue first.");

    public override Response GetRawResponse() => response;
}
