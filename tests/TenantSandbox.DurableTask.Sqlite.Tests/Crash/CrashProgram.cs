namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

public static class CrashProgram
{
    public static int Main() => 0;
}
