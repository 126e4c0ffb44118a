using TenantSandbox.EndToEnd.Tests.Crash;

// Tests start this assembly as a child process that they kill.
return args switch
{
    ["crash-host", .. var rest] => await CrashHost.RunAsync(rest),
    _ => 2,
};
