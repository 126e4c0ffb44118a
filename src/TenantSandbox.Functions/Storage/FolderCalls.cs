using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Storage;

/// <summary>Reads and writes of files, whose failures are classified.</summary>
internal static class FolderCalls
{
    /// <summary>Runs a call.</summary>
    /// <param name="code">The failure's code.</param>
    /// <param name="what">The call, for messages: "read spec x".</param>
    /// <param name="run">The call.</param>
    /// <exception cref="TransientException">It failed.</exception>
    public static async Task<T> AttemptAsync<T>(string code, string what, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SandboxException.Create(ErrorClass.Transient, code, $"{what}: {e.Message}", innerException: e);
        }
    }

    /// <summary>Writes a file durably. Other processes see the whole file or none.</summary>
    /// <param name="path">Its path; the folder is created.</param>
    /// <param name="content">Its content.</param>
    /// <param name="replaces">Whether an existing file is replaced.</param>
    /// <param name="mode">Permissions on Unix; null for the usual ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>False when a file exists, which stays.</returns>
    public static async Task<bool> WriteAsync(string path, byte[] content, bool replaces, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        // It is written and flushed under another name, then renamed.
        var draft = Path.Combine(folder, $"{Guid.NewGuid():n}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            await using (var file = new FileStream(draft, options))
            {
                await file.WriteAsync(content, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            return TryMove(draft, path, replaces);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <returns>Null when there is no such file.</returns>
    public static async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Deletes a file that was last written before a time.</summary>
    /// <returns>False when it stays, or doesn't exist.</returns>
    public static bool Delete(string path, DateTimeOffset savedBefore)
    {
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) >= savedBefore)
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    private static bool TryMove(string draft, string path, bool replaces)
    {
        try
        {
            File.Move(draft, path, overwrite: replaces);
            return true;
        }
        catch (IOException) when (!replaces && File.Exists(path))
        {
            return false;
        }
    }
}
