using System.CommandLine;
using TenantSandbox.Local.Commands;

var root = new RootCommand("TenantSandbox on one machine. Nothing here is Azure: ARM and the cluster are a twin.")
{
    RunCommand.Create(),
    TwinCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
