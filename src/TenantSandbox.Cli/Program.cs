using System.CommandLine;
using TenantSandbox.Cli.Commands;

var root = new RootCommand("TenantSandbox: kata-isolated tenants on AKS. `run` and `twin` work on this machine alone; nothing they show is Azure.")
{
    RunCommand.Create(),
    TwinCommand.Create(),
    ConvertCommand.Create(),
    VerifyReportCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
