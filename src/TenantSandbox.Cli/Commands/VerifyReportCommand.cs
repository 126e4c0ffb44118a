using System.CommandLine;
using TenantSandbox.Cli.Evidence;
using TenantSandbox.Core.Isolation.Evidence;

namespace TenantSandbox.Cli.Commands;

/// <summary><c>verify-report</c>: verifies signatures, hashes and chains of isolation reports, without the app and without a network.</summary>
internal static class VerifyReportCommand
{
    private const int Genuine = 0;
    private const int Broken = 1;
    private const int Unreadable = 2;

    public static Command Create()
    {
        var key = new Option<string[]>("--key")
        {
            Description = "File with public keys to trust: PEM, a JWK, or the JWK set of GET /api/isolation-report-keys. Several files for several keys.",
            Required = true,
        };
        var reports = new Argument<string[]>("report")
        {
            Description = "Files with reports, exactly as they were served, or folders with such files (*.json). Their order doesn't matter.",
            Arity = ArgumentArity.OneOrMore,
        };
        var isFromFirst = new Option<bool>("--from-first") { Description = "Each chain must begin with the tenant's first report." };
        var latest = new Option<string?>("--latest") { Description = "The SHA-256 that the newest report must have; for reports of one tenant." };
        var command = new Command(
            "verify-report",
            "Verify isolation reports: 0 if all are genuine and without a gap, 1 if one is broken or missing, 2 if a file can't be read. "
            + "What the reports say about isolation doesn't change this.")
        {
            key, isFromFirst, latest, reports,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(key),
            parsed.GetRequiredValue(reports),
            new ChainExpectation(parsed.GetValue(isFromFirst), parsed.GetValue(latest)?.ToLowerInvariant()),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string[] keyFiles, string[] paths, ChainExpectation expectation, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        ReportKeySet keys;
        ReportCollection collection;
        try
        {
            keys = await ReportFiles.ReadKeysAsync(keyFiles, cancellationToken);
            collection = ReportCollection.Of(await ReportFiles.ReadReportsAsync(paths, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            await errors.WriteLineAsync(e.Message);
            return Unreadable;
        }

        if (expectation.LatestHash is not null && collection.Chains.Count > 1)
        {
            await errors.WriteLineAsync(
                $"--latest names one report, but there are reports of {collection.Chains.Count} tenants: {string.Join(", ", collection.Chains.Select(c => c.TenantId))}.");
            return Unreadable;
        }

        List<ChainFault> faults = [.. collection.Faults];
        foreach (var chain in collection.Chains)
        {
            var verdict = ReportChain.Verify(chain.Reports, keys, expectation);
            foreach (var line in ChainSummary.Lines(chain.TenantId, verdict))
            {
                await output.WriteLineAsync(line);
            }

            if (verdict.Fault is { } fault)
            {
                faults.Add(fault);
            }
        }

        foreach (var fault in faults)
        {
            await errors.WriteLineAsync($"{fault.Label}: {fault.Message}");
        }

        return faults.Count == 0 ? Genuine : Broken;
    }
}
