namespace TenantSandbox.Cli.Convert;

/// <summary>What became of something in the manifests that the request doesn't say in the same words.</summary>
/// <param name="Subject">The object, as in <c>Deployment/web</c>.</param>
/// <param name="Kind">Whether anything is lost.</param>
/// <param name="Text">What was done and why; names the field.</param>
internal sealed record ConversionNote(string Subject, ConversionNoteKind Kind, string Text);

internal enum ConversionNoteKind
{
    /// <summary>Said in another way; the workload behaves the same.</summary>
    Changed,

    /// <summary>The request can't say it. What needs it won't work.</summary>
    NotTaken,
}

/// <summary>How much of a workload a request can say.</summary>
internal enum ConversionVerdict
{
    InFull,
    InPart,
    NotAtAll,
}
