namespace TenantSandbox.FunctionHost.SampleApp;

/// <summary>
/// Files in the directory <c>SIGNALS</c> by which tests see and steer what runs in the worker: <c>NAME.started</c> grows by a line
/// at every run, and <c>NAME.go</c> lets a waiting function continue.
/// </summary>
internal static class Signals
{
    private static readonly string Directory = Environment.GetEnvironmentVariable("SIGNALS")
        ?? throw new InvalidOperationException("The setting SIGNALS must name a directory.");

    public static void Started(string name) =>
        File.AppendAllText(Path.Combine(Directory, $"{name}.started"), $"{Environment.ProcessId}\n");

    public static int CountStarted(string name) => File.ReadAllLines(Path.Combine(Directory, $"{name}.started")).Length;

    public static async Task WaitAsync(string name, CancellationToken cancellationToken)
    {
        Started(name);
        while (!File.Exists(Path.Combine(Directory, $"{name}.go")))
        {
#pragma warning disable DURABLE0003 // One orchestration blocks here on purpose: the test kills the worker meanwhile.
            await Task.Delay(20, cancellationToken);
#pragma warning restore DURABLE0003
        }
    }
}
