namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Files that are written once and never changed. Paths have <c>/</c> between their parts.</summary>
internal interface IReportFiles
{
    /// <summary>What messages call the storage: "blob container isolation-reports".</summary>
    string Place { get; }

    /// <summary>Writes a file unless one exists; of several writers at once exactly one succeeds.</summary>
    /// <returns>False when one exists, which stays.</returns>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    Task<bool> TryAddAsync(string path, byte[] content, CancellationToken cancellationToken);

    /// <summary>Reads a file.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>All files below a folder, in any order.</summary>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>The names of the top folders, in any order.</summary>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken);

    /// <summary>Deletes a file that was written before a time.</summary>
    /// <returns>False when it stays, or doesn't exist.</returns>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    Task<bool> DeleteAsync(string path, DateTimeOffset savedBefore, CancellationToken cancellationToken);
}

/// <summary>A stored file.</summary>
/// <param name="Path">Its path.</param>
/// <param name="SavedAt">When it was written, by the storage's clock.</param>
internal sealed record StoredFile(string Path, DateTimeOffset SavedAt);
