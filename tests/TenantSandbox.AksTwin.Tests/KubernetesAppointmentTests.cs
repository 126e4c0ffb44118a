using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

public sealed class KubernetesAppointmentTests
{
    [Fact]
    public void EnqueueAfter_TimerFiresAMomentEarly_ComesBackAgain()
    {
        var clock = new FakeTimeProvider();
        using var scheduler = new TwinScheduler(new FirstTimerEarly(clock));
        using var store = new TwinStore(null);
        var options = new TwinOptions { TimeProvider = clock };
        var cluster = new Cluster(new ClusterContext(options.Clusters[0], options, scheduler, new FaultScript(1), new CallCounter(), store));
        var patient = new WaitsUntil(cluster, clock.GetUtcNow().AddMilliseconds(100));

        cluster.Do(() => patient.Reconcile(new ObjectKey(Kinds.Pods, "default", "pod")));
        clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal((2, false), (patient.Looks, patient.Done));
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(patient.Done);
    }

    /// <summary>Looks again until its time has come, as the kubelet does with a pod that ends.</summary>
    private sealed class WaitsUntil(Cluster cluster, DateTimeOffset due) : IController
    {
        public int Looks { get; private set; }

        public bool Done { get; private set; }

        public void Reconcile(ObjectKey key)
        {
            Looks++;
            if (cluster.Now < due) cluster.EnqueueAfter(this, key, due - cluster.Now);
            else Done = true;
        }
    }

    /// <summary>A clock like the real one, whose timers may fire a moment before their time; here the first one does.</summary>
    private sealed class FirstTimerEarly(FakeTimeProvider clock) : TimeProvider
    {
        private TimeSpan _early = TimeSpan.FromMilliseconds(1);

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(this, clock.CreateTimer(callback, state, dueTime, period));

        private sealed class Timer(FirstTimerEarly owner, ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var early = owner._early;
                owner._early = TimeSpan.Zero;
                return inner.Change(dueTime - early, period);
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
