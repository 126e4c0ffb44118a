using CsCheck;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Tests.Placement;

public sealed class CapacityModelTests
{
    [Theory]
    [InlineData(12, true)]
    [InlineData(13, false)]
    public void Fits_EqualPods_IsExact(int pods, bool fits)
    {
        var template = Templates.Template(maxNodes: 3);
        var (footprint, _) = CapacityModel.Measure(template, [new("web", pods, 1_000, 1_024)]);

        Assert.Equal(fits, CapacityModel.Fits(PoolShape.Of(template), footprint!));
    }

    [Theory]
    [InlineData(5_000, 1_024, "5000 mCPU")]
    [InlineData(1_000, 12_000, "including 640 MiB of overhead")]
    [InlineData(1_000, 200_000, "no RuntimeClass")]
    public void Measure_PodLargerThanNode_ExplainsRefusal(int cpu, int memory, string expected)
    {
        var (footprint, refusal) = CapacityModel.Measure(Templates.Template(), [new("web", 1, cpu, memory)]);

        Assert.Null(footprint);
        Assert.Contains("'web'", refusal, StringComparison.Ordinal);
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_Overhead_IsAddedToEveryPod()
    {
        var (footprint, _) = CapacityModel.Measure(Templates.Template(), [new("web", 2, 100, 1_024), new("db", 1, 200, 512)]);

        Assert.Equal(new Footprint(3, (2 * 96_000) + 53_334, 200, 1_152), footprint);
    }

    /// <summary>The guarantee itself: pods that fit are all scheduled, in any order, by a scheduler that picks any node with enough capacity.</summary>
    [Fact]
    public void Fits_True_HoldsForEveryScheduler()
    {
        var pods = Gen.Select(Gen.Int[1, 4_000], Gen.Int[128, 11_000]).Array[1, 40];
        Gen.Select(Gen.Int[1, 6], pods, Gen.Int[0, 1_000_000]).Sample((nodes, sizes, seed) =>
        {
            var template = Templates.Template(nodes);
            var shape = PoolShape.Of(template);
            PodGroup[] groups = [.. sizes.Select((s, i) => new PodGroup($"w{i}", 1, s.Item1, s.Item2))];
            if (CapacityModel.Measure(template, groups).Footprint is not { } footprint || !CapacityModel.Fits(shape, footprint))
            {
                return;
            }

            Assert.True(AnyScheduler.Place(template, shape, groups, seed), $"{groups.Length} pods did not fit {nodes} nodes");
        });
    }

    [Fact]
    public void Fits_ManySmallPods_FillsMostOfThePool()
    {
        var template = Templates.Template(maxNodes: 10);
        var groups = Enumerable.Range(0, 150).Select(i => new PodGroup($"w{i}", 1, 150 + (i % 3 * 50), 256)).ToArray();
        var (footprint, _) = CapacityModel.Measure(template, groups);

        Assert.True(CapacityModel.Fits(PoolShape.Of(template), footprint!));
    }

    /// <summary>A scheduler that shuffles the pods and places each on a random node with enough capacity.</summary>
    private static class AnyScheduler
    {
        public static bool Place(PoolTemplate template, PoolShape shape, PodGroup[] groups, int seed)
        {
#pragma warning disable CA5394 // The seed makes a failing case repeatable; nothing here is secret.
            var random = new Random(seed);
            var nodes = new (int Cpu, int Memory, int Pods)[shape.Nodes];
            random.Shuffle(groups);
            foreach (var group in groups)
            {
                var pod = CapacityModel.Measure(template, [group]).Footprint!;
                int[] open = [.. Enumerable.Range(0, nodes.Length).Where(n =>
                    nodes[n].Cpu + pod.MaxCpuMillis <= shape.CpuMillis
                    && nodes[n].Memory + pod.MaxMemoryMiB <= shape.MemoryMiB
                    && nodes[n].Pods < shape.Pods)];
                if (open.Length == 0)
                {
                    return false;
                }

                var chosen = open[random.Next(open.Length)];
                nodes[chosen] = (nodes[chosen].Cpu + pod.MaxCpuMillis, nodes[chosen].Memory + pod.MaxMemoryMiB, nodes[chosen].Pods + 1);
            }
#pragma warning restore CA5394

            return true;
        }
    }
}
