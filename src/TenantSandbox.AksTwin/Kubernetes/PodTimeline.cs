namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The state of one container at a moment, as its status has it.</summary>
internal sealed record ContainerState(
    JsonObject Spec, JsonObject State, JsonObject? LastState = null, bool IsReady = false, int Restarts = 0, StartFailure? Failure = null)
{
    /// <summary>Whether it is an init container that keeps running beside the pod's containers.</summary>
    public bool IsSidecar => PodResources.IsSidecar(Spec);

    public bool IsRunning => State["running"] is not null;

    public bool IsWaiting => State["waiting"] is not null;

    public long? ExitCode => State.GetInteger("terminated", "exitCode");
}

/// <summary>
/// The states of a pod's containers at a moment, derived from the time when its sandbox starts: init containers run one after the other,
/// sidecars keep running, then the containers run together. Each pulls its image before.
/// </summary>
internal sealed class PodTimeline
{
    private const string BackOffMessage = "back-off 5m0s restarting failed container";

    private readonly JsonObject _pod;
    private readonly DateTimeOffset _now;
    private readonly TimingProfile _timing;
    private readonly Func<JsonObject, bool, StartFailure?> _findFailure;
    private readonly string _restartPolicy;
    private DateTimeOffset _at;
    private bool _isBlocked;

    /// <param name="pod">The pod.</param>
    /// <param name="sandboxAt">When the pod's sandbox is running.</param>
    /// <param name="now">The moment.</param>
    /// <param name="timing">Durations.</param>
    /// <param name="isBlocked">Whether no container can be created.</param>
    /// <param name="findFailure">Why a container doesn't run; the flag tells whether it is an init container.</param>
    public PodTimeline(JsonObject pod, DateTimeOffset sandboxAt, DateTimeOffset now, TimingProfile timing, bool isBlocked,
        Func<JsonObject, bool, StartFailure?> findFailure)
    {
        (_pod, _at, _now, _timing, _isBlocked, _findFailure) = (pod, sandboxAt, now, timing, isBlocked, findFailure);
        _restartPolicy = pod.GetString("spec", "restartPolicy") ?? "Always";
        InitContainers = [.. pod.GetObjects("spec", "initContainers").Select(PlayInitContainer)];
        IsInitialized = !_isBlocked || InitContainers.Count == 0;
        Containers = [.. pod.GetObjects("spec", "containers").Select(PlayContainer)];
    }

    public List<ContainerState> InitContainers { get; }

    public List<ContainerState> Containers { get; }

    /// <summary>Whether the init containers have completed.</summary>
    public bool IsInitialized { get; }

    /// <summary>When a state changes next; null if none does by itself.</summary>
    public DateTimeOffset? NextChange { get; private set; }

    public string Phase =>
        InitContainers.Exists(c => !c.IsSidecar && c.ExitCode > 0) ? "Failed"
        : Containers.TrueForAll(c => c.ExitCode is not null) ? Containers.Exists(c => c.ExitCode > 0) ? "Failed" : "Succeeded"
        : !IsInitialized || Containers.Exists(c => c.IsWaiting && c.LastState is null) ? "Pending"
        : "Running";

    private ContainerState PlayInitContainer(JsonObject container)
    {
        var startsAt = _at + _timing.ImagePull;
        if (_isBlocked || BlockUntil(startsAt))
        {
            return Waiting(container, "PodInitializing");
        }

        var failure = _findFailure(container, true);
        _isBlocked = failure is not null;
        _at = startsAt;
        if (failure is not null)
        {
            return failure.Exit is null ? Waiting(container, failure) : End(container, true, startsAt, startsAt, failure.Exit, failure);
        }

        if (PodResources.IsSidecar(container))
        {
            return Running(container, startsAt);
        }

        _at = startsAt + _timing.ContainerRun;
        return BlockUntil(_at) ? Running(container, startsAt) with { IsReady = false }
            : End(container, true, startsAt, _at, ContainerExit.FromCode(0)) with { IsReady = true };
    }

    private ContainerState PlayContainer(JsonObject container)
    {
        var startsAt = _at + _timing.ImagePull;
        if (_isBlocked || IsLater(startsAt))
        {
            return Waiting(container, InitContainers.Count > 0 ? "PodInitializing" : "ContainerCreating");
        }

        var failure = _findFailure(container, false);
        if (failure is not null)
        {
            return failure.Exit is null ? Waiting(container, failure) : End(container, false, startsAt, startsAt, failure.Exit, failure);
        }

        var outcome = ContainerOutcome.Find(_pod, container, _timing);
        var endsAt = startsAt + outcome.Run;
        return endsAt is null || IsLater(endsAt.Value) ? Running(container, startsAt)
            : End(container, false, startsAt, endsAt.Value, outcome.Exit);
    }

    private static ContainerState Waiting(JsonObject container, string reason) =>
        new(container, JsonTemplate.Fill($$"""{"waiting":{"reason":{{reason}} } }"""));

    private static ContainerState Waiting(JsonObject container, StartFailure failure) => new(container, JsonTemplate.Fill($$"""
        {"waiting":{"reason":{{failure.WaitingReason}},"message":{{failure.StateMessage}} } }
        """), Failure: failure);

    private ContainerState Running(JsonObject container, DateTimeOffset startedAt)
    {
        var isReady = !StartFailure.IsImage(container, "unready") && !IsLater(startedAt + _timing.ReadinessDelay);
        return new(container, JsonTemplate.Fill($$"""{"running":{"startedAt":{{startedAt.ToTimestamp()}} } }"""), IsReady: isReady);
    }

    /// <summary>A container that has ended, or waits to be restarted if the pod's policy says so.</summary>
    private ContainerState End(
        JsonObject container, bool isInit, DateTimeOffset startedAt, DateTimeOffset endedAt, ContainerExit exit,
        StartFailure? failure = null)
    {
        var ended = JsonTemplate.Fill($$"""
            {"terminated":{"exitCode":{{exit.Code}},"reason":{{exit.Reason}},"message":{{exit.Message}},
            "startedAt":{{startedAt.ToTimestamp()}},"finishedAt":{{endedAt.ToTimestamp()}} } }
            """);
        var restarts = (_restartPolicy == "Always" && !isInit) || PodResources.IsSidecar(container)
            || (_restartPolicy != "Never" && exit.Code != 0);
        return !restarts ? new(container, ended, Failure: failure)
            : new(container, JsonTemplate.Fill($$"""{"waiting":{"reason":"CrashLoopBackOff","message":{{BackOffMessage}} } }"""), ended,
                Restarts: CountRestarts(endedAt), Failure: failure);
    }

    /// <summary>
    /// Containers of a server are reported after five restarts, others are restarted with a back-off that doubles up to 30 times its
    /// first value; without back-off, ten times at once.
    /// </summary>
    private int CountRestarts(DateTimeOffset endedAt)
    {
        var wait = _timing.RestartBackOff;
        if (_restartPolicy == "Always" || wait <= TimeSpan.Zero)
        {
            return _restartPolicy == "Always" ? 5 : 10;
        }

        var (count, due) = (0, endedAt + wait);
        for (; !IsLater(due); count++)
        {
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, _timing.RestartBackOff.Ticks * 30));
            due += wait;
        }

        return count;
    }

    /// <summary>Whether a moment is still to come; later containers then have to wait.</summary>
    private bool BlockUntil(DateTimeOffset moment) => _isBlocked = IsLater(moment);

    /// <summary>Whether a moment is still to come; notes the earliest.</summary>
    private bool IsLater(DateTimeOffset moment)
    {
        if (moment > _now && (NextChange is null || moment < NextChange))
        {
            NextChange = moment;
        }

        return moment > _now;
    }
}
