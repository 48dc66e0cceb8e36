using Sandbox.Denials;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Denials;

/// <summary>A neighbour that floods the log: nothing is lost without being counted, and nothing of it is reported.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class NeighbourFloodTests
{
    private const int Count = 30_000;

    public NeighbourFloodTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs CAP_AUDIT_READ");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("flood")]
    [InlineData("forkflood")]
    public void EveryDenialOfTheTargetComesAndNoneOfTheNeighbour(string neighbourMode)
    {
        using var neighbour = new Denier(neighbourMode, 100);
        using var denier = new Denier("self", Count);
        using var session = AuditDenialSessionTests.Open(denier.Id);
        neighbour.Go(wait: false);
        denier.Go();
        neighbour.Dispose();
        var denials = AuditDenialSessionTests.Read(session);
        Assert.All(denials, d => Assert.Equal(denier.Id, d.ProcessId));
        Assert.Equal(Count, denials.Sum(d => d.Count) + session.Lost);
        Assert.True(session.LossKnown, session.Detail);
        TestContext.Current.TestOutputHelper!.WriteLine($"{session}; {session.Detail}");
    }

    // A consumer that takes nothing until the end: what no object stands for alone is counted by one.
    [Fact]
    public void AStoppedConsumerLosesNothing()
    {
        const int Many = DenialQueue.DefaultCapacity + 20_000;
        using var denier = new Denier("self", Many);
        using var session = AuditDenialSessionTests.Open(denier.Id);
        denier.Go();
        Assert.True(ProcessState.Eventually(() => session.Received + session.Lost == Many), session.Detail);
        var denials = AuditDenialSessionTests.Read(session);
        Assert.Equal(Many, denials.Sum(d => d.Count) + session.Lost);
        Assert.Contains(denials, d => d.Count > 1);
    }

    // The smallest buffer that the kernel gives: it runs over, and each record that didn't come is counted.
    [Theory]
    [InlineData("flood", true)]
    [InlineData("self", false)]
    public void AnOverrunIsCountedExactly(string neighbourMode, bool withNeighbour)
    {
        using var neighbour = new Denier(neighbourMode, 1000);
        using var denier = new Denier("self", Count);
        using var session = AuditDenialSession.Open(ProcessScope.For(new() { ProcessId = denier.Id }), 4096);
        if (withNeighbour) neighbour.Go(wait: false);
        denier.Go();
        neighbour.Dispose();
        var came = AuditDenialSessionTests.Read(session).Sum(d => d.Count);
        Assert.True(session.Lost > 0 && session.Detail.Contains("ran over", StringComparison.Ordinal), session.Detail);
        Assert.True(session.LossKnown, session.Detail);
        // Alone, every record is the target's; with a neighbour the lost ones are of either.
        if (withNeighbour) Assert.True(came + session.Lost >= Count, $"{came} + {session.Lost}");
        else Assert.Equal(Count, came + session.Lost);
    }
}
