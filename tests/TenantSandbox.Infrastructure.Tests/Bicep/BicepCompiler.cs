using System.Diagnostics;
using System.Text.Json;
using StreamJsonRpc;

namespace TenantSandbox.Infrastructure.Tests.Bicep;

/// <summary>One process of the Bicep compiler: it loads Azure's resource types once, which is most of the work.</summary>
internal sealed class BicepCompiler : IDisposable
{
    private readonly Process _process;
    private readonly JsonRpc _rpc;

    public BicepCompiler()
    {
        var compiler = RepositoryFiles.Metadata("Bicep");
        // The executable in the package lacks the execute permission.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(compiler, File.GetUnixFileMode(compiler) | UnixFileMode.UserExecute);
        }

        _process = Process.Start(new ProcessStartInfo(compiler, ["jsonrpc", "--stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _rpc = new JsonRpc(new HeaderDelimitedMessageHandler(
            _process.StandardInput.BaseStream, _process.StandardOutput.BaseStream, new SystemTextJsonFormatter { JsonSerializerOptions = new(JsonSerializerDefaults.Web) }));
        _rpc.StartListening();
    }

    /// <summary>Compiles a file with its modules.</summary>
    public Task<Compilation> CompileAsync(string file) =>
        _rpc.InvokeWithParameterObjectAsync<Compilation>("bicep/compile", new { path = file });

    /// <summary>What a deployment with a parameter file would make: all modules, with every expression evaluated that doesn't need Azure.</summary>
    public async Task<string> PredictAsync(string parameterFile)
    {
        var metadata = new
        {
            tenantId = "00000000-0000-0000-0000-00000000000a",
            subscriptionId = "00000000-0000-0000-0000-000000000001",
            resourceGroup = (string?)null,
            location = "westeurope",
            deploymentName = "main",
        };
        return (await _rpc.InvokeWithParameterObjectAsync<Prediction>(
            "bicep/getSnapshot", new { path = parameterFile, metadata, externalInputs = (object?)null })).Snapshot;
    }

    public void Dispose()
    {
        _rpc.Dispose();
        _process.Kill();
        _process.Dispose();
    }

    private sealed record Prediction(string Snapshot);
}

/// <summary>The answer of a compilation.</summary>
/// <param name="Success">False if there are errors.</param>
/// <param name="Diagnostics">Errors and warnings, of all modules.</param>
/// <param name="Contents">The ARM template; null if there are errors.</param>
internal sealed record Compilation(bool Success, IReadOnlyList<CompilerDiagnostic> Diagnostics, string? Contents);

/// <summary>An error or a warning of the compiler or its linter.</summary>
internal sealed record CompilerDiagnostic(string Source, string Level, string Code, string Message);
