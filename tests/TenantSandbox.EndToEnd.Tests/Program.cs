using TenantSandbox.EndToEnd.Tests;

// Tests start this assembly as a process of its own, to be killed.
return args switch
{
    ["crash-host", .. var rest] => await CrashHost.RunAsync(rest),
    _ => 2,
};
