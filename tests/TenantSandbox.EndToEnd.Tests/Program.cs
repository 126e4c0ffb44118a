using TenantSandbox.EndToEnd.Tests;

// Tests start this assembly as a process of its own: to be killed, or to replay in another environment.
return args switch
{
    ["crash-host", .. var rest] => await CrashHost.RunAsync(rest),
    ["replay-host", .. var rest] => await ReplayHost.RunAsync(rest),
    _ => 2,
};
