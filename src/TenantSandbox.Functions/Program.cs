using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Telemetry;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<TelemetryMiddleware>();
builder.Services.AddTenantSandbox(builder.Configuration);
builder.Build().Run();
