using TenantSandbox.Infrastructure.Tests.Deployed;

// A test starts this assembly as a child process, whose environment has the settings of a deployment.
return args switch
{
    ["deployed-host", var appDirectory, var stateDirectory] => await DeployedHost.RunAsync(appDirectory, stateDirectory),
    _ => 2,
};
