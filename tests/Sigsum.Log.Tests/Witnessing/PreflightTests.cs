using Sigsum.Log.Signing;
using Sigsum.Log.Witnessing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Witnessing;

public sealed class PreflightTests
{
    private static readonly Hash A = Hash.Sha256([1]);
    private static readonly Hash B = Hash.Sha256([2]);
    private static readonly Hash C = Hash.Sha256([3]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_witnesses_there_is_nothing_to_wait_for(bool needsAnswer)
    {
        var preflight = new Preflight(needsAnswer);
        Assert.False(preflight.Passed.IsCompleted);
        preflight.Expect([], _ => true);
        Assert.True(preflight.Passed.IsCompleted);
    }

    [Fact]
    public void A_quorum_of_answers_is_enough()
    {
        var preflight = TwoOfThree(needsAnswer: true);
        preflight.Answered(A);
        Assert.False(preflight.Passed.IsCompleted);
        preflight.Answered(C);
        Assert.True(preflight.Passed.IsCompleted);
    }

    [Fact]
    public void Without_a_quorum_everybody_has_to_be_asked()
    {
        var preflight = TwoOfThree(needsAnswer: true);
        preflight.Silent(A);
        preflight.Answered(B);
        Assert.False(preflight.Passed.IsCompleted);
        preflight.Silent(C);
        Assert.True(preflight.Passed.IsCompleted);
    }

    [Fact]
    public void When_all_are_silent_only_a_log_with_another_guard_goes_on()
    {
        foreach (var needsAnswer in new[] { true, false })
        {
            var preflight = TwoOfThree(needsAnswer);
            preflight.Silent(A);
            preflight.Silent(B);
            preflight.Silent(C);
            Assert.Equal(!needsAnswer, preflight.Passed.IsCompleted);
            preflight.Answered(B);
            Assert.True(preflight.Passed.IsCompleted);
        }
    }

    [Fact]
    public async Task Where_only_witnesses_can_know_better_clients_come_in_once_all_were_asked()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var role = new PrimaryRole();
        var alone = TwoOfThree(needsAnswer: true);
        var heard = alone.HearAsync(role, TimeProvider.System, cancellation);
        alone.Silent(A);
        alone.Silent(B);
        Assert.False(heard.IsCompleted);
        alone.Silent(C);
        await heard;
        Assert.False(alone.Passed.IsCompleted);

        heard = TwoOfThree(needsAnswer: true).HearAsync(role, TimeProvider.System, cancellation);
        Assert.False(heard.IsCompleted);
        role.Revoke("a witness knows more");
        await heard;
    }

    [Fact]
    public void Answers_of_witnesses_that_are_not_in_the_policy_do_not_count()
    {
        var preflight = TwoOfThree(needsAnswer: true);
        preflight.Expect([C], answered => answered.Contains(C));
        preflight.Answered(A);
        preflight.Answered(B);
        Assert.False(preflight.Passed.IsCompleted);
        preflight.Answered(C);
        Assert.True(preflight.Passed.IsCompleted);
    }

    private static Preflight TwoOfThree(bool needsAnswer)
    {
        var preflight = new Preflight(needsAnswer);
        preflight.Expect([A, B, C], answered => answered.Count >= 2);
        return preflight;
    }
}
