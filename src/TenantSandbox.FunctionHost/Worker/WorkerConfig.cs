using System.Text.Json;

namespace TenantSandbox.Hosting.Worker;

/// <summary>How the app's build output says its worker process is started (worker.config.json, written by the Functions SDK).</summary>
/// <param name="AppDirectory">The build output.</param>
/// <param name="Language">The worker runtime, such as <c>dotnet-isolated</c>.</param>
/// <param name="Executable">The program to start.</param>
/// <param name="WorkerPath">The assembly that it runs; null if the executable is the app itself.</param>
internal sealed record WorkerConfig(string AppDirectory, string Language, string Executable, string? WorkerPath)
{
    /// <exception cref="InvalidOperationException">The file is missing or incomplete: the directory isn't a Functions app's build output.</exception>
    public static WorkerConfig Read(string appDirectory)
    {
        var path = Path.Combine(Path.GetFullPath(appDirectory), "worker.config.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var description = document.RootElement.GetProperty("description");
            var directory = Path.GetDirectoryName(path)!;
            return new WorkerConfig(
                directory,
                description.GetProperty("language").GetString()!,
                Resolve(directory, description.GetProperty("defaultExecutablePath").GetString()!),
                description.TryGetProperty("defaultWorkerPath", out var worker) ? Path.Combine(directory, worker.GetString()!) : null);
        }
        catch (Exception exception) when (exception is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidOperationException(
                $"{path} can't be used: {exception.Message} The app directory must be the build output of a Functions app; build the app first.",
                exception);
        }
    }

    private static string Resolve(string directory, string executable) => executable switch
    {
        // The program that runs this host, so that both use one .NET installation.
        "dotnet" => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? executable,
        _ when executable.StartsWith("{WorkerRoot}", StringComparison.Ordinal) => Path.Combine(directory, executable["{WorkerRoot}".Length..]),
        _ => executable,
    };
}
