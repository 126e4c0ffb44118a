using TenantSandbox.EndToEnd.Tests;

// The crash tests start this assembly as a process of its own, to be killed.
return args is ["crash-host", .. var rest] ? await CrashHost.RunAsync(rest) : 2;
