using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;
using TenantSandbox.Functions.Telemetry;

if (AppServiceAuthentication.Defect(HttpAuthentication.IsEntra, Environment.GetEnvironmentVariable) is { } defect)
{
    Console.Error.WriteLine(defect);
    return AppServiceAuthentication.ExitCode;
}

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<TelemetryMiddleware>();
builder.UseMiddleware<HttpAccessMiddleware>();
builder.Services.AddTenantSandbox(builder.Configuration);
builder.Build().Run();
return 0;
