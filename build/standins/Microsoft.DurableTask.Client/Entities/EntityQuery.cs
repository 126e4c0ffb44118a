namespace Microsoft.DurableTask.Client.Entities;

public record EntityQuery
{
    public const int DefaultPageSize = 100;

    private string? _instanceIdStartsWith;

    /// <summary>A prefix of the id; the leading '@' may be left out, and the name's part is lower-cased like the names are.</summary>
    public string? InstanceIdStartsWith
    {
        get => _instanceIdStartsWith;
        init
        {
            if (value is not null)
            {
                string prefix = value.StartsWith('@') ? value : "@" + value;
                int key = prefix.IndexOf('@', 1);
                _instanceIdStartsWith = key < 0 ? prefix.ToLowerInvariant() : prefix[..key].ToLowerInvariant() + prefix[key..];
            }
        }
    }

    public DateTimeOffset? LastModifiedFrom { get; init; }

    public DateTimeOffset? LastModifiedTo { get; init; }

    public bool IncludeState { get; init; } = true;

    public bool IncludeTransient { get; init; }

    public int? PageSize { get; init; }

    public string? ContinuationToken { get; init; }
}
